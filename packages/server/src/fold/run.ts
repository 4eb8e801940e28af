import type {
  Endpoint,
  Handoff,
  KeyValue,
  RowCounts,
  RunOrigin,
  RunStatus,
  StageAttempt,
  StageError,
} from "../http/contract.ts";

/** What the fold makes of facts: a row of `runs`. Times are milliseconds since the Unix epoch. */
export interface Run {
  id: string;
  pipeline: string;
  status: RunStatus;
  origin: RunOrigin;
  partition: string | null;
  logicalDateMs: number | null;
  isBackfill: boolean;
  startedAtMs: number;
  endedAtMs: number | null;
  lastSeenMs: number;
  durationMs: number | null;
  waitMs: number | null;
  traceId: string;
  service: string;
  stageCount: number;
  stagesFailed: number;
  attempts: number;
  counts: RowCounts;
  bytes: number | null;
  error: { type: string; message: string } | null;
  detail: RunDetail;
}

/** What only the run page shows; kept as JSON. */
export interface RunDetail {
  traceIds: string[];
  attributes: KeyValue[];
  /** Typed JSON, as in `spans`. */
  resource: string;
  handoffs: Handoff[];
}

/** A row of `stages`. */
export interface Stage {
  id: string;
  name: string;
  /** Empty at the top. */
  parentId: string;
  status: RunStatus;
  startedAtMs: number;
  endedAtMs: number | null;
  durationMs: number | null;
  waitMs: number | null;
  counts: RowCounts;
  bytes: number | null;
  attempts: number;
  detail: StageDetailJson;
}

/** What only the run page shows; kept as JSON. */
export interface StageDetailJson {
  traceId: string;
  spanId: string;
  service: string;
  queuedAt: string | null;
  source: Endpoint | null;
  sink: Endpoint | null;
  recordsPerSecond: number | null;
  attempts: StageAttempt[];
  error: StageError | null;
  attributes: KeyValue[];
}

export interface FoldedRun {
  run: Run;
  stages: Stage[];
  /** When time alone may change it; null when it is over. */
  recheckAtMs: number | null;
}
