import { setImmediate } from "node:timers/promises";
import type { Clock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";

/** Long work in turns: requests are answered on the same thread. */
export class Turns {
  readonly #clock: Clock;
  #beganMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beganMs = clock.monotonicMs();
  }

  /** Does the steps of `work`, and lets others go between two of them once a turn has been long enough. */
  async through<Result>(work: Generator<void, Result>): Promise<Result> {
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return value;
      if (this.#clock.monotonicMs() - this.#beganMs < limits.foldTurnMs.value) continue;
      await setImmediate();
      this.#beganMs = this.#clock.monotonicMs();
    }
  }
}

/** Does all steps at once. */
export function allAtOnce<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
