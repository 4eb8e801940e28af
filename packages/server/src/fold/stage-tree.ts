import type { RunStatus } from "../http/contract.ts";
import { attemptsOf, type Attempts, type Try } from "./attempts.ts";
import { byStart, partOf, type Counts, type Execution } from "./execution.ts";
import { least } from "./extremes.ts";
import type { Ancestry } from "./resolve.ts";
import { groupBy } from "./resolve.ts";
import { isCounted } from "./row-counts.ts";
import { eachInSteps, mapInSteps } from "./turns.ts";

/** A stage with all of its attempts, and the stages inside it. */
export interface StageNode {
  /** The span id of its last attempt, made unique where stages share one. */
  id: string;
  name: string;
  parentId: string | null;
  /** Its spans, in order; those that only wrap attempts of their own included. */
  tries: Attempts;
  /** The attempts as a person counts them. */
  attempts: Execution[];
  last: Execution;
  status: RunStatus;
  counts: Counts;
  children: StageNode[];
}

/**
 * The stages of one run, as a tree, in steps.
 * @param executions of this run, in order of start
 * @param generationOf which attempt at the run an execution at the top ran in
 */
export function* stageTreeOf(
  executions: readonly Execution[],
  ancestry: Ancestry,
  generationOf: (execution: Execution) => number,
): Generator<void, StageNode[]> {
  const stages = yield* withWork(executions, ancestry);
  const keys = new Set(stages.map(({ key }) => key));
  yield;
  const parentOf = (stage: Execution): string => {
    for (const ancestor of ancestry.above(stage)) {
      // A part of the run begins anew, wherever the one before handed it on.
      if (ancestor.sighting.isContinuation === true) return "";
      if (keys.has(ancestor.key)) return ancestor.key;
    }
    return "";
  };
  const parents = new Map(yield* mapInSteps(stages, (stage) => [stage, parentOf(stage)] as const));
  const childrenOf = groupBy(stages, (stage) => parents.get(stage) ?? "");
  yield;
  const top = yield* mapInSteps(childrenOf.get("") ?? [], (execution) => ({
    execution,
    generation: generationOf(execution),
  }));
  return yield* nodesOf(top, null, childrenOf);
}

/** What lies under one parent: executions of one name are attempts at one stage, or stages of that name. */
function* nodesOf(
  tries: readonly Try[],
  parentId: string | null,
  childrenOf: ReadonlyMap<string, Execution[]>,
): Generator<void, StageNode[]> {
  const nodes: StageNode[] = [];
  for (const sameName of groupBy(tries, ({ execution }) => execution.sighting.stage ?? execution.fact.name).values()) {
    for (const attempts of attemptsOf(sameName)) {
      yield;
      nodes.push(yield* nodeOf(attempts, parentId, childrenOf));
    }
  }
  yield;
  return nodes.sort((a, b) => byStart(a.tries[0].execution, b.tries[0].execution));
}

function* nodeOf(
  tries: Attempts,
  parentId: string | null,
  childrenOf: ReadonlyMap<string, Execution[]>,
): Generator<void, StageNode> {
  const last = (tries.at(-1) ?? tries[0]).execution;
  const name = last.sighting.stage ?? last.fact.name;
  const inside = tries.flatMap(({ execution }, generation) =>
    (childrenOf.get(execution.key) ?? []).map((child) => ({ execution: child, generation, outer: execution })),
  );
  // Attempts wrapped in one span of the stage: numbered spans of its own name within it.
  const wrapped = inside.filter(
    ({ execution, outer }) =>
      execution.sighting.attempt !== undefined &&
      outer.sighting.attempt === undefined &&
      execution.sighting.stage === name,
  );
  const within = wrapped.flatMap(({ execution }, generation) =>
    (childrenOf.get(execution.key) ?? []).map((child) => ({ execution: child, generation })),
  );
  const wrappedKeys = new Set(wrapped.map(({ execution }) => execution.key));
  const wrappers = new Set(wrapped.map(({ outer }) => outer.key));
  const attempts = [
    ...tries.map(({ execution }) => execution).filter(({ key }) => !wrappers.has(key)),
    ...wrapped.map(({ execution }) => execution),
  ].sort((a, b) => (a.sighting.attempt ?? 0) - (b.sighting.attempt ?? 0) || byStart(a, b));
  const inner = attempts.at(-1) ?? last;
  const others = inside.filter(({ execution }) => !wrappedKeys.has(execution.key));
  const id = `${last.spanId}${partOf(last.sighting)}`;
  return {
    id,
    name,
    parentId,
    tries,
    attempts,
    last,
    status: last.status,
    counts: isCounted(last.counts) || last.counts.bytes !== null ? last.counts : inner.counts,
    children: yield* nodesOf([...others, ...within], id, childrenOf),
  };
}

/** Puts the inside of a stage (Airflow's worker) into the stage it belongs to; one that stands alone is a stage itself. */
function* withWork(executions: readonly Execution[], ancestry: Ancestry): Generator<void, Execution[]> {
  const stages = executions.filter(({ sighting }) => sighting.role === "stage");
  const work = executions.filter(({ sighting }) => sighting.role === "work");
  if (work.length === 0) return stages;
  const keys = new Set(stages.map(({ key }) => key));
  const alone: Execution[] = [];
  const workOf = new Map<string, Execution[]>();
  yield* eachInSteps(work, (part) => {
    let found: Execution | undefined;
    for (const ancestor of ancestry.above(part)) if (keys.has(ancestor.key)) found ??= ancestor;
    if (found === undefined || found.sighting.stage !== part.sighting.stage) alone.push(part);
    else workOf.set(found.key, [...(workOf.get(found.key) ?? []), part]);
  });
  const begun = yield* mapInSteps(stages, (stage) => withStart(stage, workOf.get(stage.key) ?? []));
  return [...begun, ...alone].sort(byStart);
}

function withStart(stage: Execution, work: readonly Execution[]): Execution {
  const [first] = work;
  if (first === undefined) return stage;
  const startMs = least(work.map((part) => part.startMs));
  const begins = startMs > stage.startMs && startMs <= (stage.endMs ?? Infinity);
  const counted = [stage, ...work].find(({ counts }) => isCounted(counts)) ?? stage;
  return {
    ...stage,
    startMs: begins ? startMs : stage.startMs,
    queuedAtMs: stage.queuedAtMs ?? (begins ? stage.startMs : null),
    error: stage.status === "succeeded" ? stage.error : work.reduce((error, part) => error ?? part.error, stage.error),
    counts: counted.counts,
  };
}

/** Every stage of the tree, parents before what is inside them. */
export function flattened(nodes: readonly StageNode[]): StageNode[] {
  return nodes.flatMap((node) => [node, ...flattened(node.children)]);
}

/** The outermost stages that count rows. What is inside one of them is a part of its numbers. */
export function countedOf(nodes: readonly StageNode[]): StageNode[] {
  return nodes.flatMap((node) => (isCounted(node.counts) ? [node] : countedOf(node.children)));
}
