import type { RunQuality } from "./quality.ts";
import type { KeyValue } from "./values.ts";

export type RunStatus = "running" | "succeeded" | "failed" | "skipped" | "cancelled" | "lost";

/** Where the rules found a run. `otel`: a plain OpenTelemetry program that set `pipeline.*` attributes. */
export type RunOrigin = "sdk" | "otel" | "airflow" | "prefect" | "dbt";

/** Row accounting: `read = written + failed + filtered + deduplicated + unexplained`. */
export interface RowCounts {
  recordsRead: number | null;
  recordsWritten: number | null;
  recordsFailed: number | null;
  recordsFiltered: number | null;
  recordsDeduplicated: number | null;
  /** Null while a needed count is unknown or the stage still runs. Negative: more came out than went in. */
  recordsUnexplained: number | null;
}

export interface RunSummary extends RowCounts {
  id: string;
  pipeline: string;
  status: RunStatus;
  origin: RunOrigin;
  startedAt: string;
  endedAt: string | null;
  durationMs: number | null;
  /** Time in which no stage was at work. */
  waitMs: number | null;
  traceId: string;
  service: string;
  partition: string | null;
  /** The logical date lies in the past: such runs never refresh "now". */
  isBackfill: boolean;
  attempts: number;
  stageCount: number;
  stagesFailed: number;
  error: { type: string; message: string } | null;
}

/**
 * `GET /api/runs?pipeline=&status=&partition=&rows=&start=&end=&limit=&cursor=` (status may be repeated or comma separated;
 * `rows=unexplained` or `rows=failed`: only runs that have such rows)
 */
export interface RunsResponse {
  runs: RunSummary[];
  next: string | null;
}

/** `GET /api/runs/ID` */
export interface RunResponse extends RunSummary {
  stages: StageDetail[];
  handoffs: Handoff[];
  failedRecords: FailedRecordGroup[];
  quality: RunQuality;
  /** Of the run span. */
  attributes: KeyValue[];
  resource: KeyValue[];
  /** Every trace that the run has spans in. */
  traceIds: string[];
  /** The newest run of the same pipeline, before this one, that succeeded without unexplained rows. */
  lastGoodRunId: string | null;
  previousRunId: string | null;
  nextRunId: string | null;
  lastSeenAt: string;
}

export interface StageAttempt {
  /** From 1. */
  number: number;
  spanId: string;
  status: RunStatus;
  startedAt: string;
  endedAt: string | null;
  durationMs: number | null;
  error: StageError | null;
}

export interface StageError {
  type: string;
  message: string;
  stack: string | null;
}

export interface Endpoint {
  system: string | null;
  table: string | null;
}

export interface StageDetail extends RowCounts {
  /** The span id of its last attempt, made unique where stages share a span. */
  id: string;
  name: string;
  /** The stage it is part of, null at the top. */
  parentId: string | null;
  status: RunStatus;
  startedAt: string;
  endedAt: string | null;
  durationMs: number | null;
  /** When the orchestrator put it in the queue, where known. */
  queuedAt: string | null;
  /** From when it could have begun (queued, or the latest end of an earlier stage, or the run's start) to its start. */
  waitMs: number | null;
  traceId: string;
  spanId: string;
  service: string;
  source: Endpoint | null;
  sink: Endpoint | null;
  bytes: number | null;
  /** Counted live by heartbeats while it runs. */
  recordsPerSecond: number | null;
  attempts: StageAttempt[];
  error: StageError | null;
  /** pipeline.* attributes that have no field of their own, and those of the orchestrator. */
  attributes: KeyValue[];
}

/** What one stage handed to the next: `written` against `read`. */
export interface Handoff {
  fromStageId: string;
  toStageId: string;
  written: number;
  read: number;
  /** written - read; not 0 means rows appeared or went missing between the stages. */
  unexplained: number;
}

export interface FailedRecordGroup {
  stageId: string;
  stage: string;
  reason: string;
  count: number;
  /** Up to 5 of them, newest first. */
  samples: { at: string; attributes: KeyValue[] }[];
}
