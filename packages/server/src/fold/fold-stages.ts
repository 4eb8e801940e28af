import type { Endpoint, StageAttempt } from "../http/contract.ts";
import { elapsedMs } from "./elapsed.ts";
import type { Execution } from "./execution.ts";
import { keyValuesOf, textOf, type Fact } from "./fact.ts";
import { rowCountsOf } from "./row-counts.ts";
import type { Stage } from "./run.ts";
import type { StageNode } from "./stage-tree.ts";
import { stageWaitsMs } from "./waits.ts";

/** The rows of `stages` for one run's tree, parents before what is inside them, in steps. */
export function* stagesOf(nodes: readonly StageNode[], enclosingStartMs: number): Generator<void, Stage[]> {
  const waits = stageWaitsMs(
    nodes.map((node) => ({
      startMs: node.tries[0].execution.startMs,
      endMs: node.last.endMs,
      queuedAtMs: node.tries[0].execution.queuedAtMs,
    })),
    enclosingStartMs,
  );
  const stages: Stage[] = [];
  for (const [index, node] of nodes.entries()) {
    yield;
    stages.push(stageOf(node, waits[index] ?? 0));
    if (node.children.length === 0) continue;
    for (const inner of yield* stagesOf(node.children, node.tries[0].execution.startMs)) stages.push(inner);
  }
  return stages;
}

function stageOf(node: StageNode, waitMs: number): Stage {
  const { last } = node;
  const first = node.tries[0].execution;
  const isLost = node.status === "lost" || node.status === "running";
  const endedAtMs = isLost ? null : last.endMs;
  const error = last.error ?? node.attempts.at(-1)?.error ?? null;
  return {
    id: node.id,
    name: node.name,
    parentId: node.parentId ?? "",
    status: node.status,
    startedAtMs: first.startMs,
    endedAtMs,
    durationMs: endedAtMs === null ? null : elapsedMs(first.startMs, endedAtMs),
    waitMs,
    counts: rowCountsOf(node.counts, node.status),
    bytes: node.counts.bytes,
    attempts: node.attempts.length,
    detail: {
      traceId: last.traceId,
      spanId: last.spanId,
      service: last.service,
      queuedAt: isoOrNull(first.queuedAtMs),
      ...endpointsOf(last.fact),
      recordsPerSecond: last.recordsPerSecond,
      attempts: node.attempts.map(attemptOf),
      error: node.status === "succeeded" || node.status === "skipped" ? null : error,
      attributes: keyValuesOf(last.fact, isOfInterest),
    },
  };
}

function attemptOf(execution: Execution, index: number): StageAttempt {
  const { startMs, endMs, status } = execution;
  return {
    number: execution.sighting.attempt ?? index + 1,
    spanId: execution.spanId,
    status,
    startedAt: new Date(startMs).toISOString(),
    endedAt: isoOrNull(endMs),
    durationMs: endMs === null ? null : elapsedMs(startMs, endMs),
    error: status === "succeeded" ? null : execution.error,
  };
}

const isoOrNull = (timeMs: number | null) => (timeMs === null ? null : new Date(timeMs).toISOString());

export function endpointsOf(fact: Fact): { source: Endpoint | null; sink: Endpoint | null } {
  return { source: endpointOf(fact, "pipeline.source"), sink: endpointOf(fact, "pipeline.sink") };
}

function endpointOf(fact: Fact, prefix: string): Endpoint | null {
  const system = textOf(fact, `${prefix}.system`) ?? null;
  const table = textOf(fact, `${prefix}.table`) ?? null;
  return system === null && table === null ? null : { system, table };
}

/** Attributes with a field of their own are not repeated. */
const withField = new Set([
  "pipeline.name",
  "pipeline.run.id",
  "pipeline.stage",
  "pipeline.status",
  "pipeline.attempt",
  "pipeline.kind",
  "pipeline.records.read",
  "pipeline.records.written",
  "pipeline.records.failed",
  "pipeline.records.filtered",
  "pipeline.records.deduplicated",
  "pipeline.rows.conserved",
  "pipeline.bytes.processed",
  "pipeline.partition.key",
  "pipeline.source.system",
  "pipeline.source.table",
  "pipeline.sink.system",
  "pipeline.sink.table",
  "pipeline.span.name",
  "pipeline.parent_span_id",
  "pipeline.span.start_time_unix_nano",
]);

const isOfInterest = (key: string) => !withField.has(key);
