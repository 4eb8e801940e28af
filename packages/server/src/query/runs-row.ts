import type { RowCounts, RunOrigin, RunStatus, RunSummary } from "../http/contract.ts";

/** Columns of `runs` for a summary, and what the engine answers for them. */
export const runColumns = `
  run_id, pipeline, status, origin, partition, is_backfill AS isBackfill,
  toUnixTimestamp64Milli(started_at) AS startedAtMs,
  if(isNull(ended_at), NULL, toUnixTimestamp64Milli(assumeNotNull(ended_at))) AS endedAtMs,
  duration_ms, wait_ms, trace_id, service, stage_count, stages_failed, attempts, ${countColumns("")},
  error_type, error_message`;

export function countColumns(table: string): string {
  return ["read", "written", "failed", "filtered", "deduplicated", "unexplained"]
    .map((name) => `${table}records_${name} AS records_${name}`)
    .join(", ");
}

export interface CountRow {
  records_read: number | null;
  records_written: number | null;
  records_failed: number | null;
  records_filtered: number | null;
  records_deduplicated: number | null;
  records_unexplained: number | null;
}

export interface RunRow extends CountRow {
  run_id: string;
  pipeline: string;
  status: RunStatus;
  origin: RunOrigin;
  partition: string;
  isBackfill: boolean;
  startedAtMs: number;
  endedAtMs: number | null;
  duration_ms: number | null;
  wait_ms: number | null;
  trace_id: string;
  service: string;
  stage_count: number;
  stages_failed: number;
  attempts: number;
  error_type: string;
  error_message: string;
}

export function runSummaryOf(row: RunRow): RunSummary {
  return {
    id: row.run_id,
    pipeline: row.pipeline,
    status: row.status,
    origin: row.origin,
    startedAt: isoOf(row.startedAtMs),
    endedAt: isoOrNull(row.endedAtMs),
    durationMs: row.duration_ms,
    waitMs: row.wait_ms,
    traceId: row.trace_id,
    service: row.service,
    partition: row.partition === "" ? null : row.partition,
    isBackfill: row.isBackfill,
    attempts: row.attempts,
    stageCount: row.stage_count,
    stagesFailed: row.stages_failed,
    ...countsOf(row),
    error:
      row.error_type === "" && row.error_message === "" ? null : { type: row.error_type, message: row.error_message },
  };
}

export function countsOf(row: CountRow): RowCounts {
  return {
    recordsRead: row.records_read,
    recordsWritten: row.records_written,
    recordsFailed: row.records_failed,
    recordsFiltered: row.records_filtered,
    recordsDeduplicated: row.records_deduplicated,
    recordsUnexplained: row.records_unexplained,
  };
}

/** Milliseconds, with a fraction for microseconds, as ISO 8601. */
export const isoOf = (timeMs: number) => new Date(timeMs).toISOString();
export const isoOrNull = (timeMs: number | null) => (timeMs === null ? null : isoOf(timeMs));
