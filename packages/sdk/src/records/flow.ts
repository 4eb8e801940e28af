import { isAsync, type Records } from "./counted.ts";
import { HeldCounts } from "./counter.ts";
import type { RecordTotals } from "./options.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { Work } from "./work.ts";

/** Results of `work` in the order of their records. What a consumer that stops early never took does not count. */
export function mapRecords<Unit, Result>(source: Records<Unit>, work: Work<Unit, Result>): AsyncIterable<Result> {
  const holding = (unit: Unit) => {
    const counts = new HeldCounts(work.stage);
    return { outcome: outcomeOf({ ...work, stage: counts }, unit), counts };
  };
  return isSideBySide(work.options) ? sideBySide(source, work, holding) : inTurn(source, work);
}

/** Does `work` for all of `source`. Without anything to wait for, a record costs no promise. */
export async function consumeRecords<Unit, Result>(
  source: Records<Unit>,
  work: Work<Unit, Result>,
): Promise<RecordTotals> {
  if (!isAsync(source) && !isSideBySide(work.options)) {
    for (const unit of source) {
      const pending = outcomeOf(work, unit);
      const outcome = pending instanceof Promise ? await pending : pending;
      if (outcome.kind === "error") throw outcome.thrown;
    }
    return work.totals;
  }
  const atOnce = (unit: Unit) => ({ outcome: outcomeOf(work, unit) });
  const results = isSideBySide(work.options) ? sideBySide(source, work, atOnce) : inTurn(source, work);
  while ((await results.next()).done !== true);
  return work.totals;
}

function isSideBySide({ concurrency = 1 }: { concurrency?: number }): boolean {
  return concurrency > 1;
}

async function* inTurn<Unit, Result>(
  source: Records<Unit>,
  work: Work<Unit, Result>,
): AsyncGenerator<Result, void, void> {
  for await (const unit of source) {
    const outcome = await outcomeOf(work, unit);
    if (outcome.kind === "error") throw outcome.thrown;
    if (outcome.kind === "result") yield outcome.value;
  }
}

/** A record at work; what it counts for, where that waits until its result is taken. */
interface Started<Result> {
  readonly outcome: Outcome<Result> | Promise<Outcome<Result>>;
  readonly counts?: HeldCounts;
}

/** Up to `concurrency` records at work. A slow source does not hold back results that are there. */
async function* sideBySide<Unit, Result>(
  source: Records<Unit>,
  { options: { concurrency = 1 } }: Work<Unit, Result>,
  start: (unit: Unit) => Started<Result>,
): AsyncGenerator<Result, void, void> {
  const iterator = isAsync(source) ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const window: Started<Result>[] = [];
  let pulled: Promise<IteratorResult<Unit>> | undefined;
  let isOver = false;
  try {
    for (;;) {
      if (!isOver && window.length < concurrency) pulled ??= Promise.resolve(iterator.next());
      const [oldest] = window;
      if (pulled === undefined && oldest === undefined) return;
      const event = await firstOf(pulled, oldest);
      if (event.kind === "pulled") {
        pulled = undefined;
        if (event.result.done === true) isOver = true;
        else window.push(start(event.result.value));
        continue;
      }
      void window.shift();
      oldest?.counts?.release();
      if (event.outcome.kind === "error") throw event.outcome.thrown;
      if (event.outcome.kind === "result") yield event.outcome.value;
    }
  } finally {
    // What is still at work ends before the stage does, and what failed or was left out counts, for it has happened.
    for (const { outcome, counts } of window) if ((await outcome).kind !== "result") counts?.release();
    if (!isOver) await iterator.return?.();
  }
}

type Event<Unit, Result> =
  | { kind: "pulled"; result: IteratorResult<Unit> }
  | { kind: "worked"; outcome: Outcome<Result> };

function firstOf<Unit, Result>(
  pulled: Promise<IteratorResult<Unit>> | undefined,
  oldest: Started<Result> | undefined,
): Promise<Event<Unit, Result>> {
  const candidates: Promise<Event<Unit, Result>>[] = [];
  if (oldest !== undefined)
    candidates.push(Promise.resolve(oldest.outcome).then((outcome) => ({ kind: "worked", outcome })));
  if (pulled !== undefined) candidates.push(pulled.then((result) => ({ kind: "pulled", result })));
  return Promise.race(candidates);
}
