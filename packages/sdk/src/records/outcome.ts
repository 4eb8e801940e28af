import { retryOptions } from "../retry.ts";
import { safely } from "../safely.ts";
import { addFailedAttempt, type Attempt, inAttemptSpan } from "./attempt-spans.ts";
import { duplicate, filtered, type LeftOut } from "./options.ts";
import type { Work } from "./work.ts";

/** What became of a unit. */
export type Outcome<Result> = { kind: "result"; value: Result } | { kind: "none" } | { kind: "error"; thrown: unknown };

/** Never throws or rejects; a promise only where there is something to wait for. */
export function outcomeOf<Unit, Result>(
  work: Work<Unit, Result>,
  unit: Unit,
): Outcome<Result> | Promise<Outcome<Result>> {
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

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function reasonOf(thrown: unknown): string {
  const { code, name } = (thrown ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === "string" || typeof code === "number") return String(code);
  return typeof name === "string" ? name : typeof thrown;
}
