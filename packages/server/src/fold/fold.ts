import { attemptsOf, type Attempts } from "./attempts.ts";
import { executionsOf, type Execution, type Patience } from "./execution.ts";
import type { Fact } from "./fact.ts";
import { runOf } from "./fold-run.ts";
import { Ancestry, groupBy, resolveRuns, type Bridges } from "./resolve.ts";
import type { FoldedRun } from "./run.ts";
import { allAtOnce, eachInSteps } from "./turns.ts";
import { isInUnseenAttempt } from "./unseen-attempt.ts";
import type { Interval } from "./waits.ts";

export interface FoldInput {
  /** All facts of some traces, and of every other trace that shares a run id with them. In any order; repeats are harmless. */
  facts: readonly Fact[];
  bridges: Bridges;
  nowMs: number;
  patience: Patience;
}

/**
 * Facts to runs and stages (ADR 0004). Pure: the same facts in any order, some of them twice, give the same runs.
 * Runs are in order of their ids.
 */
export const fold = (input: FoldInput): FoldedRun[] => allAtOnce(foldInSteps(input));

/** The same in steps, none of which takes long. */
export function* foldInSteps({ facts, bridges, nowMs, patience }: FoldInput): Generator<void, FoldedRun[]> {
  const executions = yield* executionsOf(facts, { nowMs, patience });
  yield;
  const ancestry = new Ancestry(executions, bridges);
  yield;
  const runIdOf = yield* resolveRuns(executions, ancestry);
  yield;
  const inside = yield* runsInside(executions, ancestry, runIdOf);
  yield;
  const groups = [...groupBy(executions, ({ key }) => runIdOf.get(key) ?? "")]
    .filter(([, members]) => members.some(({ sighting }) => sighting.role !== "link"))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const folded: FoldedRun[] = [];
  for (const [id, members] of groups) {
    yield;
    const outermost = outermostRuns(members, ancestry);
    const runs = attemptsOf(outermost.map((execution) => ({ execution, generation: 0 })));
    folded.push(
      yield* runOf({
        id,
        runs,
        executions: members.filter(({ sighting }) => sighting.role !== "link"),
        links: members.filter(({ sighting }) => sighting.role === "link"),
        generationOf: (execution) => generationOf(execution, runs, ancestry),
        ancestry,
        inside: inside.get(id) ?? [],
        nowMs,
        patience,
      }),
    );
  }
  return folded;
}

/** Run spans of the run that are not inside another of its run spans, as when a process passes its run id on; and its later parts. */
function outermostRuns(members: readonly Execution[], ancestry: Ancestry): Execution[] {
  const runs = members.filter(({ sighting }) => sighting.role === "run");
  const keys = new Set(runs.map(({ key }) => key));
  return runs.filter((run) => {
    if (run.sighting.isContinuation === true) return true;
    for (const ancestor of ancestry.above(run))
      if (keys.has(ancestor.key) && !isInUnseenAttempt(run, ancestor)) return false;
    return true;
  });
}

/** Which attempt at the run encloses it, from 0. Outside of any it counts for the first. */
function generationOf(execution: Execution, runs: readonly Attempts[], ancestry: Ancestry): number {
  for (const ancestor of ancestry.above(execution)) {
    if (ancestor.sighting.role !== "run") continue;
    for (const attempts of runs) {
      const index = attempts.findIndex((attempt) => attempt.execution.key === ancestor.key);
      if (index >= 0) return isInUnseenAttempt(execution, ancestor) ? index + 1 : index;
    }
  }
  return 0;
}

/** A run within a run is work of the outer one, not a wait. By the outer run's id. */
function* runsInside(
  executions: readonly Execution[],
  ancestry: Ancestry,
  runIdOf: Map<string, string>,
): Generator<void, Map<string, Interval[]>> {
  const found = new Map<string, Interval[]>();
  const runs = executions.filter(({ sighting }) => sighting.role === "run");
  yield* eachInSteps(runs, (run) => {
    const own = runIdOf.get(run.key);
    for (const ancestor of ancestry.above(run)) {
      const outer = runIdOf.get(ancestor.key);
      if (outer === undefined || outer === own) continue;
      const intervals = found.get(outer) ?? [];
      intervals.push({ startMs: run.startMs, endMs: run.endMs ?? run.lastSeenMs });
      found.set(outer, intervals);
    }
  });
  return found;
}
