import { addFailedAttempt, type Attempt, inAttemptSpan } from "./attempt-spans.ts";
import { type Clock, systemClock } from "./clock.ts";
import { isAsync, type Records } from "./counted.ts";
import { HeldCounts, type RecordCounter } from "./record-counter.ts";
import { retryOptions, type RetryOptions } from "./retry.ts";
import { safely } from "./safely.ts";

/** Returned by a record's work: it was left out on purpose. */
export const filtered = Symbol("filtered");
/** Returned by a record's work: it was there already. */
export const duplicate = Symbol("duplicate");
export type LeftOut = typeof filtered | typeof duplicate;

export interface RecordOptions<T> {
  /** Records at work at one time. Results keep their order. Default 1. */
  concurrency?: number;
  /** How often, or how, to try a record again. The attempts at one that is tried again are spans below the stage. */
  retries?: number | RetryOptions;
  /**
   * What a record that throws does: `stop` ends the stage with the error, `continue` goes on with the next record.
   * Default: `continue` with a `deadLetter`, else `stop`.
   */
  onFailed?: "stop" | "continue";
  /** With `continue`: more failed records than this end the stage all the same. */
  failedMax?: number;
  /** Gets each record that failed, with what it threw. What this throws ends the stage. */
  deadLetter?: (record: T, thrown: unknown) => void | PromiseLike<void>;
  /** A short, fixed code for an error. Default: its `code`, else its name. */
  reason?: (thrown: unknown) => string;
  /** The size of a record. Default: the length of byte arrays; unknown for anything else. */
  bytes?: (record: T) => number;
}

export interface RecordTotals {
  read: number;
  written: number;
  failed: number;
  filtered: number;
  deduplicated: number;
}

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

type Outcome<Result> = { kind: "result"; value: Result } | { kind: "none" } | { kind: "error"; thrown: unknown };

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

/** Never throws or rejects; a promise only where there is something to wait for. */
function outcomeOf<Unit, Result>(work: Work<Unit, Result>, unit: Unit): Outcome<Result> | Promise<Outcome<Result>> {
  const size = work.size(unit);
  work.stage.read(size);
  work.totals.read += size;
  try {
    // The caller's own `bytes` may throw: that is no fault of the record.
    safely(() => work.countBytes(unit), undefined);
    const value = work.run(unit);
    if (!isPromise(value)) return successOf(work, unit, value);
    // Asked only where there may be another attempt, which says how long this one took.
    const startedAtMs = work.options.retries === undefined ? 0 : work.clock.nowMs();
    return laterOutcomeOf(work, unit, value, startedAtMs);
  } catch (thrown) {
    return recover(work, unit, thrown, work.clock.nowMs());
  }
}

async function laterOutcomeOf<Unit, Result>(
  work: Work<Unit, Result>,
  unit: Unit,
  value: PromiseLike<Result | LeftOut>,
  startedAtMs: number,
): Promise<Outcome<Result>> {
  try {
    return successOf(work, unit, await value);
  } catch (thrown) {
    return await recover(work, unit, thrown, startedAtMs);
  }
}

function successOf<Unit, Result>(work: Work<Unit, Result>, unit: Unit, value: Result | LeftOut): Outcome<Result> {
  const { stage, totals } = work;
  if (value === filtered || value === duplicate) {
    const size = work.size(unit);
    if (value === filtered) {
      stage.filtered(size);
      totals.filtered += size;
    } else {
      stage.deduplicated(size);
      totals.deduplicated += size;
    }
    return { kind: "none" };
  }
  const written = work.resultSize(value, unit);
  stage.written(written);
  totals.written += written;
  return { kind: "result", value };
}

/** The first attempt has failed. Never rejects: what the caller's own `when` or `deadLetter` throws ends the stage. */
async function recover<Unit, Result>(
  work: Work<Unit, Result>,
  unit: Unit,
  firstThrown: unknown,
  startedAtMs: number,
): Promise<Outcome<Result>> {
  try {
    return await tryAgain(work, unit, firstThrown, startedAtMs);
  } catch (thrown) {
    return { kind: "error", thrown };
  }
}

/** Tries as often as asked, then counts the failure. */
async function tryAgain<Unit, Result>(
  work: Work<Unit, Result>,
  unit: Unit,
  firstThrown: unknown,
  startedAtMs: number,
): Promise<Outcome<Result>> {
  const retry = retryOptions(work.options.retries);
  const attempt = (number: number): Attempt => ({
    stage: work.stage.name,
    number,
    reason: (thrown) => reasonFor(work, thrown),
  });
  let thrown = firstThrown;
  for (let failed = 1; retry.isWorthIt(thrown, failed, failed); failed += 1) {
    if (failed === 1) addFailedAttempt(attempt(1), thrown, startedAtMs);
    if (!(await retry.wait(work.clock, failed))) break;
    try {
      return successOf(work, unit, await inAttemptSpan(attempt(failed + 1), () => work.run(unit)));
    } catch (again) {
      thrown = again;
    }
  }
  return await failureOf(work, unit, thrown);
}

async function failureOf<Unit, Result>(
  work: Work<Unit, Result>,
  unit: Unit,
  thrown: unknown,
): Promise<Outcome<Result>> {
  const { stage, totals, options } = work;
  const size = work.size(unit);
  stage.failed(size, reasonFor(work, thrown), { record: unit });
  totals.failed += size;
  await options.deadLetter?.(unit, thrown);
  const onFailed = options.onFailed ?? (options.deadLetter === undefined ? "stop" : "continue");
  const isTooMany = totals.failed > (options.failedMax ?? Number.POSITIVE_INFINITY);
  return onFailed === "stop" || isTooMany ? { kind: "error", thrown } : { kind: "none" };
}

function reasonFor<Unit, Result>({ options }: Work<Unit, Result>, thrown: unknown): string {
  return safely(() => (options.reason ?? reasonOf)(thrown), "unspecified");
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

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function reasonOf(thrown: unknown): string {
  const { code, name } = (thrown ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === "string" || typeof code === "number") return String(code);
  return typeof name === "string" ? name : typeof thrown;
}
