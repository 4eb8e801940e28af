import { SightglassError } from "../../model/errors.ts";
import type { Lane } from "./lane.ts";

interface Waiting {
  run: (lane: Lane) => Promise<void>;
  cancel: (reason: unknown) => void;
}

/** A few connections; each runs one statement at a time, and statements wait in order for a free one. */
export class Lanes {
  readonly #free: Lane[];
  readonly #all: readonly Lane[];
  readonly #waiting: Waiting[] = [];
  #closing = false;
  #idle: (() => void) | undefined;

  constructor(lanes: readonly Lane[]) {
    this.#all = lanes;
    this.#free = [...lanes];
  }

  /** Runs `work` on a free connection. `signal` takes it out of the queue; once it runs, it runs to its end. */
  use<T>(work: (lane: Lane) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#closing) return Promise.reject(new SightglassError("unavailable", "the store is stopping"));
    return new Promise<T>((resolve, reject) => {
      const entry: Waiting = {
        run: async (lane) => {
          try {
            resolve(await work(lane));
          } catch (thrown) {
            reject(thrown);
          }
        },
        cancel: reject,
      };
      const abort = () => {
        const index = this.#waiting.indexOf(entry);
        if (index >= 0) this.#waiting.splice(index, 1);
        reject(signal?.reason);
      };
      if (signal?.aborted === true) return reject(signal.reason);
      signal?.addEventListener("abort", abort, { once: true });
      const run = entry.run;
      entry.run = (lane) => run(lane).finally(() => signal?.removeEventListener("abort", abort));
      this.#waiting.push(entry);
      this.#next();
    });
  }

  /** Refuses what waits and resolves when nothing runs any more; then the connections are closed. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const entry of this.#waiting.splice(0)) {
      entry.cancel(new SightglassError("unavailable", "the store is stopping"));
    }
    if (this.#free.length < this.#all.length) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    for (const lane of this.#all) lane.close();
  }

  #next(): void {
    const lane = this.#free.pop();
    if (lane === undefined) return;
    const entry = this.#waiting.shift();
    if (entry === undefined) {
      this.#free.push(lane);
      if (this.#free.length === this.#all.length) this.#idle?.();
      return;
    }
    void entry.run(lane).finally(() => {
      this.#free.push(lane);
      this.#next();
    });
    this.#next();
  }
}
