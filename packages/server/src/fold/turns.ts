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

/** A step of long work is so many items. */
const stepItems = 100;

/** Does `visit` for each item, in steps. */
export function* eachInSteps<Item>(
  items: Iterable<Item>,
  visit: (item: Item, index: number) => void,
): Generator<void, void> {
  let index = 0;
  for (const item of items) {
    visit(item, index);
    index += 1;
    if (index % stepItems === 0) yield;
  }
}

/** What `map` makes of each item, in steps. */
export function* mapInSteps<Item, Result>(
  items: Iterable<Item>,
  map: (item: Item, index: number) => Result,
): Generator<void, Result[]> {
  const results: Result[] = [];
  yield* eachInSteps(items, (item, index) => results.push(map(item, index)));
  return results;
}

/** Does all steps at once. */
export function allAtOnce<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
