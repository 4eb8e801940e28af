import type { Execution } from "./execution.ts";

/** An execution, and which attempt of what encloses it it ran in: 0 for the first. */
export interface Try {
  execution: Execution;
  generation: number;
}

/** The attempts at one thing, in order. The last one decides; the earlier ones are kept to be shown. */
export type Attempts = [Try, ...Try[]];

/**
 * Sorts executions of the same name at the same place into attempts: a retry is another attempt at the same stage, but a
 * stage that is run again for other rows (a file after a file) is another stage of that name.
 *
 * `next` is another attempt at what `last` tried when
 * - it ran in a later attempt of what encloses it, or
 * - it has a higher number (`pipeline.attempt`, Airflow's try number), or
 * - without numbers: the last one did not succeed, and it began after that one's end.
 */
export function attemptsOf(tries: readonly Try[]): Attempts[] {
  const chains: Attempts[] = [];
  const ordered = tries.toSorted(
    (a, b) =>
      a.generation - b.generation ||
      (a.execution.sighting.attempt ?? 0) - (b.execution.sighting.attempt ?? 0) ||
      a.execution.startMs - b.execution.startMs ||
      (a.execution.key < b.execution.key ? -1 : 1),
  );
  for (const next of ordered) {
    const chain = chains.find((candidate) => isRetry(candidate.at(-1) ?? candidate[0], next));
    if (chain === undefined) chains.push([next]);
    else chain.push(next);
  }
  return chains;
}

function isRetry(last: Try, next: Try): boolean {
  if (next.execution.sighting.partition !== last.execution.sighting.partition) return false;
  if (next.generation > last.generation) return true;
  const number = next.execution.sighting.attempt;
  const lastNumber = last.execution.sighting.attempt;
  // The first attempt may not be numbered yet.
  if (number !== undefined && number > 1) return number > (lastNumber ?? 1);
  if (number !== undefined || lastNumber !== undefined) return false;
  const { endMs, status } = last.execution;
  const hasFailed = status === "failed" || status === "cancelled";
  return hasFailed && endMs !== null && next.execution.startMs >= endMs;
}
