import { isMainThread } from "node:worker_threads";

export interface ExitHooks {
  /** Takes over, at once, what has been measured but not yet collected. Never throws. */
  readonly gather: () => void;
  /** How much waits to be sent. */
  readonly unsentCount: () => number;
  /** Sends what waits, within the limit, and keeps the process alive meanwhile. Never rejects. */
  readonly flush: () => Promise<boolean>;
  /** Ends what is open. */
  readonly abandon: (reason: string, status: "cancelled" | "failed", thrown?: unknown) => void;
  /** Keeps what waits on disk where that is asked for, after sending it without an event loop where that is worth trying. Never throws. */
  readonly part: (isWorthPosting: boolean) => void;
}

type Listener = (value: unknown) => void;

const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
type HookedSignal = (typeof signals)[number];

/**
 * Sees to it that nothing is lost when the process ends, and that it ends as it would without us: exit codes, the
 * default action of signals, and other people's handlers stay as they are. Returns a function that takes the hooks off.
 */
export function installExitHooks(hooks: ExitHooks): () => void {
  const emitter: NodeJS.EventEmitter = process;
  const listeners: [string, Listener][] = [];
  const listen = (event: string, listener: Listener) => {
    emitter.prependListener(event, listener);
    listeners.push([event, listener]);
  };
  const uninstall = () => {
    for (const [event, listener] of listeners) emitter.off(event, listener);
  };

  /** What waited when the server did not take it: as long as it is the same, trying again would only take time. */
  let givenUpCount = 0;
  let uncaught: { thrown: unknown } | undefined;
  listen("beforeExit", () => {
    hooks.gather();
    if (hooks.unsentCount() === givenUpCount) return;
    void hooks.flush().then(() => (givenUpCount = hooks.unsentCount()));
  });
  listen("exit", (code) => {
    if (uncaught === undefined)
      hooks.abandon(`the process exited with code ${String(code)} before this ended`, "failed");
    else hooks.abandon("an error that nobody caught ended the process", "failed", uncaught.thrown);
    hooks.gather();
    hooks.part(hooks.unsentCount() !== givenUpCount);
  });
  // The monitor only watches: with it, Node still prints the error and exits with 1 (or calls the user's handler).
  listen("uncaughtExceptionMonitor", (thrown) => {
    if (process.listenerCount("uncaughtException") === 0) uncaught = { thrown };
  });
  // Signals are delivered to the main thread only.
  if (isMainThread) for (const signal of signals) hookSignal(signal, hooks, listen, uninstall);
  return uninstall;
}

function hookSignal(
  signal: HookedSignal,
  hooks: ExitHooks,
  listen: (event: string, listener: () => void) => void,
  uninstall: () => void,
): void {
  let isEnding = false;
  const listener = () => {
    // Someone else decides what the signal means (or nobody: process 1 has no default action). We only send.
    const isDecidedElsewhere = process.pid === 1 || process.listeners(signal).some((other) => other !== listener);
    if (isDecidedElsewhere) {
      void hooks.flush();
      return;
    }
    const end = () => {
      // Nobody emits "exit" after a signal.
      hooks.part(false);
      uninstall();
      process.kill(process.pid, signal);
    };
    if (isEnding) {
      end();
      return;
    }
    isEnding = true;
    hooks.abandon(`the process was ended by ${signal}`, "cancelled");
    void hooks.flush().then(end);
  };
  listen(signal, listener);
}
