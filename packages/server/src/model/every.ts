import type { Clock } from "./clock.ts";

/** Work that goes on being repeated. */
export interface Repeated {
  /** Resolves when the call under way, if there is one, has ended; there is none after it. */
  stop(): Promise<void>;
}

/**
 * Calls `work` now and then every `intervalMs`; a call that takes longer delays the next one, so that there is never more
 * than one.
 * @param work must not throw: whoever repeats it says what becomes of errors
 */
export function every(intervalMs: number, clock: Clock, work: () => Promise<void>): Repeated {
  let isStopped = false;
  let running: Promise<void>;
  let cancel: () => void;
  const begin = () => {
    running = work();
    cancel = clock.after(intervalMs, () => {
      void running.then(() => {
        if (!isStopped) begin();
      });
    });
  };
  begin();
  return {
    async stop() {
      isStopped = true;
      cancel();
      await running;
    },
  };
}
