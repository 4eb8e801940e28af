import { type Clock, systemClock } from "../clock.ts";
import type { RecordCounter } from "./counter.ts";
import type { LeftOut, RecordOptions, RecordTotals } from "./options.ts";

/** What to do with each unit: a record, or a batch of them. */
export interface Work<Unit, Result> {
  readonly stage: RecordCounter;
  readonly clock: Clock;
  readonly run: (unit: Unit) => Result | LeftOut | PromiseLike<Result | LeftOut>;
  /** How many records a unit is. */
  readonly size: (unit: Unit) => number;
  /** How many records a result is. */
  readonly resultSize: (result: Result, unit: Unit) => number;
  readonly countBytes: (unit: Unit) => void;
  readonly options: RecordOptions<Unit>;
  readonly totals: RecordTotals;
}

const emptyTotals = (): RecordTotals => ({ read: 0, written: 0, failed: 0, filtered: 0, deduplicated: 0 });
const one = () => 1;

/** Work on one record at a time. */
export function recordWork<T, R>(
  stage: RecordCounter,
  run: (record: T) => R | LeftOut | PromiseLike<R | LeftOut>,
  options: RecordOptions<T>,
): Work<T, R> {
  const sizeOf = options.bytes ?? byteLength;
  const countBytes = (record: T) => countSize(stage, sizeOf(record));
  return { stage, run, options, countBytes, clock: systemClock, size: one, resultSize: one, totals: emptyTotals() };
}

/** Work on a batch at a time. */
export function batchWork<T>(
  stage: RecordCounter,
  run: (batch: T[]) => unknown,
  options: RecordOptions<T[]>,
): Work<T[], unknown> {
  return {
    stage,
    run,
    options,
    clock: systemClock,
    totals: emptyTotals(),
    size: (batch) => batch.length,
    resultSize: (result, batch) => (typeof result === "number" && result >= 0 ? result : batch.length),
    countBytes(batch) {
      if (options.bytes !== undefined) stage.bytes(options.bytes(batch));
      else for (const record of batch) countSize(stage, byteLength(record));
    },
  };
}

function countSize(stage: RecordCounter, size: number | undefined): void {
  if (size !== undefined) stage.bytes(size);
}

function byteLength(record: unknown): number | undefined {
  return record instanceof Uint8Array ? record.byteLength : undefined;
}
