import type { RunOrigin, RunStatus } from "../http/contract.ts";
import type { Attempts } from "./attempts.ts";
import { elapsedMs } from "./elapsed.ts";
import type { Counts, Execution, Patience } from "./execution.ts";
import { greatest, least } from "./extremes.ts";
import { keyValuesOf } from "./fact.ts";
import { stagesOf, endpointsOf } from "./fold-stages.ts";
import { isBackfill, periodOf } from "./logical-date.ts";
import { isCounted, isOver, runRowsOf, type CountedStage } from "./row-counts.ts";
import type { Ancestry } from "./resolve.ts";
import { standingOf } from "./run-status.ts";
import type { FoldedRun, Run } from "./run.ts";
import { countedOf, flattened, stageTreeOf, type StageNode } from "./stage-tree.ts";
import { mapInSteps } from "./turns.ts";
import { uncoveredMs, type Interval } from "./waits.ts";

export interface RunParts {
  id: string;
  /** Each with its attempts; several when processes that make up the run have a run span each. */
  runs: Attempts[];
  executions: readonly Execution[];
  /** Spans that are neither run nor stage; they may still say which pipeline and partition it is. */
  links: readonly Execution[];
  generationOf: (execution: Execution) => number;
  ancestry: Ancestry;
  /** When runs of their own were at work within it. */
  inside: readonly Interval[];
  nowMs: number;
  patience: Patience;
}

const noCounts: Counts = {
  read: null,
  written: null,
  failed: null,
  filtered: null,
  deduplicated: null,
  isConserved: true,
  bytes: null,
};

/** One run from the executions that belong to it, in steps. */
export function* runOf(parts: RunParts): Generator<void, FoldedRun> {
  const { id, executions, ancestry, nowMs, patience } = parts;
  const tree = yield* stageTreeOf(executions, ancestry, parts.generationOf);
  const nodes = flattened(tree);
  const runs = parts.runs.map((attempts) => (attempts.at(-1) ?? attempts[0]).execution);
  const { status, recheckAtMs } = yield* standingOf({ runs, top: tree, executions, ancestry, nowMs, patience });
  const spans = parts.runs.flatMap((attempts) => attempts.map(({ execution }) => execution));
  const own = runs.find(({ counts }) => isCounted(counts))?.counts ?? noCounts;
  yield;
  const counted = yield* mapInSteps(countedOf(tree), countedStageOf);
  const rows = yield* runRowsOf({ stages: counted, own, status });
  yield;
  const main = runs.at(-1) ?? tree[0]?.last ?? executions[0];
  if (main === undefined) throw new RangeError(`run ${id} has no execution`);

  const isSeenWhole = spans.length > 0 && !runs.some(({ sighting }) => sighting.isRetriedUnseen === true);
  const timed = isSeenWhole ? spans : executions;
  const startedAtMs = least(timed.map(({ startMs }) => startMs));
  const endedAtMs = isOver(status) ? greatest(timed.map(({ endMs, lastSeenMs }) => endMs ?? lastSeenMs)) : null;
  const { partition, logicalDateMs, backfill } = logicalDateOf([...executions, ...parts.links], startedAtMs);
  const run: Run = {
    id,
    pipeline: pipelineOf([...runs, ...executions, ...parts.links], main),
    status,
    origin: originOf(spans, executions),
    partition,
    logicalDateMs,
    isBackfill: backfill,
    startedAtMs,
    endedAtMs,
    lastSeenMs: greatest(executions.map(({ lastSeenMs }) => lastSeenMs)),
    durationMs: endedAtMs === null ? null : elapsedMs(startedAtMs, endedAtMs),
    waitMs: endedAtMs === null ? null : waitMsOf({ startMs: startedAtMs, endMs: endedAtMs }, nodes, parts.inside),
    traceId: main.traceId,
    service: main.service,
    stageCount: nodes.length,
    stagesFailed: nodes.filter((node) => node.status === "failed").length,
    attempts: attemptCountOf(parts, runs),
    counts: rows.counts,
    bytes: rows.bytes,
    error: errorOf(status, runs, nodes),
    detail: {
      traceIds: [...new Set([main.traceId, ...executions.map(({ traceId }) => traceId)])],
      attributes: runs.length === 0 ? [] : keyValuesOf(main.fact, () => true),
      resource: main.fact.resource,
      handoffs: rows.handoffs,
    },
  };
  yield;
  return { run, stages: yield* stagesOf(tree, startedAtMs), recheckAtMs: earliestOf(recheckAtMs, executions) };
}

function countedStageOf(node: StageNode): CountedStage {
  const executions = node.tries.map(({ execution }) => execution);
  return {
    id: node.id,
    name: node.name,
    parentId: node.parentId,
    status: node.status,
    startMs: node.tries[0].execution.startMs,
    endMs: node.last.endMs,
    counts: node.counts,
    ...endpointsOf(node.last.fact),
    spanIds: executions.map(({ spanId }) => spanId),
    linkSpanIds: executions.flatMap(({ linkSpanIds }) => linkSpanIds),
  };
}

/** `pipeline.name`, `pipeline.job`, the DAG or the flow: of the first that says; else the service. */
function pipelineOf(executions: readonly Execution[], main: Execution): string {
  const named = executions.find(({ sighting }) => sighting.pipeline !== undefined);
  return named?.sighting.pipeline ?? (main.service === "" ? "unknown" : main.service);
}

/** Of the run span, else of the orchestrator that one of the stages names, else of the stages. */
function originOf(runs: readonly Execution[], executions: readonly Execution[]): RunOrigin {
  const origins = (runs.length > 0 ? runs : executions).map(({ sighting }) => sighting.origin);
  return origins.find((origin) => origin !== "otel" && origin !== "sdk") ?? (origins.includes("sdk") ? "sdk" : "otel");
}

function logicalDateOf(executions: readonly Execution[], startedAtMs: number) {
  const runsFirst = executions.toSorted((a, b) => rank(a) - rank(b));
  const first = <Value>(read: (execution: Execution) => Value | undefined): Value | undefined => {
    for (const execution of runsFirst) {
      const value = read(execution);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const key = first(({ sighting }) => sighting.partition);
  const dateMs = first(({ sighting }) => sighting.logicalDateMs);
  const interval = first(({ sighting }) => sighting.interval);
  const date = dateMs === undefined ? null : new Date(dateMs).toISOString();
  const period = interval ?? (date !== null ? periodOf(date) : key !== undefined ? periodOf(key) : null);
  return {
    partition: key ?? date?.replace("T00:00:00.000Z", "") ?? null,
    logicalDateMs: dateMs ?? interval?.startMs ?? period?.startMs ?? null,
    backfill: isBackfill({ declared: first(({ sighting }) => sighting.isBackfill), period, startedAtMs }),
  };
}

const rank = ({ sighting }: Execution) => (sighting.role === "run" ? 0 : sighting.role === "link" ? 2 : 1);

/** Null without stages: then nothing says when it was at work. */
function waitMsOf(whole: Interval, nodes: readonly StageNode[], inside: readonly Interval[]): number | null {
  if (nodes.length === 0) return null;
  const work = nodes.flatMap(({ attempts }) =>
    attempts.map(({ startMs, endMs, lastSeenMs }) => ({ startMs, endMs: endMs ?? lastSeenMs })),
  );
  return uncoveredMs(whole, [...work, ...inside]);
}

function attemptCountOf({ runs: chains }: RunParts, runs: readonly Execution[]): number {
  const numbers = runs.map(({ sighting }) => sighting.attempt ?? 1);
  const seen = Math.max(1, ...chains.map((attempts) => attempts.length), ...numbers);
  return runs.some(({ sighting }) => sighting.isRetriedUnseen === true) ? seen + 1 : seen;
}

/** Why it failed: what the run span says, else the first stage that failed. A run that went well has no error. */
function errorOf(status: RunStatus, runs: readonly Execution[], nodes: readonly StageNode[]): Run["error"] {
  if (status !== "failed" && status !== "cancelled") return null;
  const own = runs.find((run) => run.status === status && run.error !== null)?.error;
  // The innermost is the cause; those around it only pass it on.
  const failed = nodes.filter((node) => node.status === status && node.last.error !== null);
  const stage = failed.find((node) => !node.children.some((child) => failed.includes(child)));
  const error = own ?? stage?.last.error;
  return error == null ? null : { type: error.type, message: error.message };
}

function earliestOf(recheckAtMs: number | null, executions: readonly Execution[]): number | null {
  const times = [recheckAtMs, ...executions.map(({ lostAtMs }) => lostAtMs)].filter((time) => time !== null);
  return times.length === 0 ? null : least(times);
}
