/** Time, passed in, so that tests decide it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Milliseconds since some moment; never set back, and finer than `nowMs`: for durations. */
  monotonicMs(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels it. Never keeps the process alive. */
  after(delayMs: number, run: () => void): () => void;
  /** The same, but keeps the process alive: for waiting that somebody waits for. */
  afterHolding(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  afterHolding(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`. Keeps the process alive. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.afterHolding(delayMs, resolve));
}

/** The promise's value, or undefined when `timeoutMs` has passed before. Keeps the process alive until then. */
export function within<T>(clock: Clock, timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.afterHolding(timeoutMs, () => resolve(undefined));
    promise.then(resolve, reject).finally(cancel);
  });
}
