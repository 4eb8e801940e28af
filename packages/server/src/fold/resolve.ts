import type { Execution } from "./execution.ts";
import { mapInSteps } from "./turns.ts";

/** Spans without a pipeline attribute that lie between those that have one: `traceId/spanId` to the parent's span id. */
export type Bridges = ReadonlyMap<string, string>;

/** The tree above executions, also across spans that are no facts, and through tries that share a span id. */
export class Ancestry {
  readonly #bySpan = new Map<string, Execution[]>();
  readonly #bridges: Bridges;

  constructor(executions: readonly Execution[], bridges: Bridges) {
    this.#bridges = bridges;
    for (const execution of executions) {
      const key = `${execution.traceId}/${execution.spanId}`;
      const same = this.#bySpan.get(key);
      if (same === undefined) this.#bySpan.set(key, [execution]);
      else same.push(execution);
    }
  }

  /** Nearest first. */
  *above(execution: Execution): Generator<Execution> {
    // A sender's bug may make a circle.
    const seen = new Set([execution.spanId]);
    let parentId = execution.parentId;
    while (parentId !== "" && !seen.has(parentId)) {
      seen.add(parentId);
      const parent = this.#executionOf(`${execution.traceId}/${parentId}`, execution);
      if (parent !== undefined) yield parent;
      parentId = parent?.parentId ?? this.#bridges.get(`${execution.traceId}/${parentId}`) ?? "";
    }
  }

  /** The way up ends at a root that has ended: nothing more is to come from this process. */
  hasEndedRoot(execution: Execution): boolean {
    let top = execution;
    for (const ancestor of this.above(execution)) top = ancestor;
    let parentId = top.parentId;
    const seen = new Set<string>();
    while (parentId !== "") {
      const next = this.#bridges.get(`${top.traceId}/${parentId}`);
      if (next === undefined || seen.has(parentId)) return false;
      seen.add(parentId);
      parentId = next;
    }
    return top.endMs !== null || top.parentId !== "";
  }

  /** Of several tries under one span id the one that was at work when the child began, else the last before it. */
  #executionOf(key: string, child: Execution): Execution | undefined {
    const tries = this.#bySpan.get(key);
    if (tries === undefined || tries.length === 1) return tries?.[0];
    const { attempt } = child.sighting;
    const same = attempt === undefined ? undefined : tries.find((one) => one.sighting.attempt === attempt);
    return same ?? tries.findLast((one) => one.startMs <= child.startMs) ?? tries[0];
  }
}

/** Span ids that are named as a parent and not known: `traceId/spanId`. */
export function missingParentsOf(spans: Iterable<{ traceId: string; spanId: string; parentId: string }>): Set<string> {
  const known = new Set<string>();
  const named = new Set<string>();
  for (const { traceId, spanId, parentId } of spans) {
    known.add(`${traceId}/${spanId}`);
    if (parentId !== "") named.add(`${traceId}/${parentId}`);
  }
  return new Set([...named].filter((key) => !known.has(key)));
}

/**
 * The run that each execution belongs to, by its key, in steps:
 * 1. the run id that it names itself
 * 2. the nearest run above it, or the nearest execution above it that names a run id
 * 3. the trace's run of the same pipeline; the earliest, if there are several
 * 4. the outermost run of the trace
 * 5. the only run id that the trace names
 * 6. a run made up for it: its id is the trace id
 */
export function* resolveRuns(
  executions: readonly Execution[],
  ancestry: Ancestry,
): Generator<void, Map<string, string>> {
  const runsOfTrace = groupBy(
    executions.filter(({ sighting }) => sighting.role === "run"),
    ({ traceId }) => traceId,
  );
  const ownIds = ownRunIds(runsOfTrace, ancestry);
  const named = groupBy(
    executions.filter(({ sighting }) => sighting.runId !== undefined),
    ({ traceId }) => traceId,
  );
  const idOf = (execution: Execution): string => {
    const own = execution.sighting.runId ?? ownIds.get(execution.key);
    if (own !== undefined) return own;
    for (const ancestor of ancestry.above(execution)) {
      const above = ancestor.sighting.runId ?? ownIds.get(ancestor.key);
      if (above !== undefined) return above;
    }
    const runs = runsOfTrace.get(execution.traceId) ?? [];
    const { pipeline } = execution.sighting;
    const same = pipeline === undefined ? undefined : runs.find((run) => run.sighting.pipeline === pipeline);
    const run = same ?? outermost(runs, ancestry);
    if (run !== undefined) return run.sighting.runId ?? ownIds.get(run.key) ?? execution.traceId;
    const ids = new Set((named.get(execution.traceId) ?? []).map(({ sighting }) => sighting.runId));
    const [only] = ids;
    return ids.size === 1 && only !== undefined ? only : execution.traceId;
  };
  return new Map(yield* mapInSteps(executions, (execution) => [execution.key, idOf(execution)] as const));
}

/** Run spans that name no id: the outermost of a trace takes the trace's id, the others add their span's. */
function ownRunIds(runsOfTrace: Map<string, Execution[]>, ancestry: Ancestry): Map<string, string> {
  const ids = new Map<string, string>();
  for (const [traceId, runs] of runsOfTrace) {
    const anonymous = runs.filter(({ sighting }) => sighting.runId === undefined);
    const first = outermost(anonymous, ancestry);
    for (const run of anonymous) ids.set(run.key, run === first ? traceId : `${traceId}-${run.spanId}`);
  }
  return ids;
}

/** The run with the fewest runs above it; the earliest of those. `runs` are in order of their start. */
function outermost(runs: readonly Execution[], ancestry: Ancestry): Execution | undefined {
  let found: { run: Execution; depth: number } | undefined;
  for (const run of runs) {
    let depth = 0;
    for (const ancestor of ancestry.above(run)) if (ancestor.sighting.role === "run") depth += 1;
    if (found === undefined || depth < found.depth) found = { run, depth };
  }
  return found?.run;
}

export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
