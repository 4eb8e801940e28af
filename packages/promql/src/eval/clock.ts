/** Where the engine gets the time from, to stop queries that take too long and to let others run. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  readonly nowMs: () => number;
}

export const systemClock: Clock = { nowMs: () => performance.now() };
