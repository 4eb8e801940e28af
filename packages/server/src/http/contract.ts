/**
 * What the page and API clients receive on port 4319: types only, so that the page can import them without the server.
 *
 * Times are ISO 8601 in UTC, ids are strings, counts are numbers, and `null` means "unknown" (never 0).
 * Durations are in the unit their name ends with. Lists are newest first, and `next` is the cursor of the following page
 * (pass it back as `cursor`), or null at the end.
 */

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

/** `GET /api/pipelines?window=7d` */
export interface PipelinesResponse {
  /** The window that the counts, rates and quantiles cover. */
  windowMs: number;
  pipelines: PipelineSummary[];
}

export interface PipelineSummary {
  name: string;
  origin: RunOrigin;
  services: string[];
  /** The latest 24 runs, oldest first: the strip. */
  latestRuns: RunSummary[];
  runCount: number;
  succeeded: number;
  failed: number;
  running: number;
  lost: number;
  /** succeeded / (succeeded + failed + lost); null without a finished run. */
  successRate: number | null;
  durationP50Ms: number | null;
  durationP95Ms: number | null;
  recordsRead: number | null;
  recordsWritten: number | null;
  /** Sum of the absolute unexplained rows of the window's runs. */
  recordsUnexplained: number | null;
  lastRunAt: string;
  lastSuccessAt: string | null;
}

/** `GET /api/pipelines/NAME?window=`: the summary, and each stage over the window's runs. */
export interface PipelineResponse {
  windowMs: number;
  pipeline: PipelineSummary;
  stages: PipelineStageSummary[];
}

export interface PipelineStageSummary {
  name: string;
  runCount: number;
  failed: number;
  durationP50Ms: number | null;
  durationP95Ms: number | null;
  /** Of those that succeeded. */
  recordsReadAverage: number | null;
  recordsWrittenAverage: number | null;
  /** Sum of the absolute unexplained rows within the stage. */
  recordsUnexplained: number | null;
}

/** `GET /api/pipelines/NAME/grid?limit=`: the latest runs (40 unless told), oldest first, and how each stage went in each. */
export interface PipelineGridResponse {
  runs: RunSummary[];
  /** In the order in which they begin; nested stages follow their parent. */
  stages: { name: string; depth: number }[];
  /** `cells[stage][run]`; null where the run had no such stage. */
  cells: (GridCell | null)[][];
}

export interface GridCell {
  status: RunStatus;
  durationMs: number | null;
  attempts: number;
  recordsUnexplained: number | null;
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

/** One verdict on the data of a stage: a `dq.check` event of its span. */
export interface QualityCheck {
  stage: string;
  table: string;
  partition: string | null;
  /** `row_count`, `completeness`, `validity`, `uniqueness`, `freshness`, `distribution`, or what the program calls it. */
  kind: string;
  /** A column, a rule, the table, or a column and its statistic. */
  subject: string;
  status: "passed" | "failed" | "warned";
  /** Rows, a share from 0 to 1, seconds, or the statistic, by the kind. */
  value: number | null;
  /** In words. */
  expected: string;
  /** Of a schema: what was wrong most often, each with its column, reason and how many rows. */
  invalidColumns: string[];
}

/** What a column was like: a `dq.column.profile` event. Numbers are null where there are none. */
export interface ColumnProfile {
  stage: string;
  table: string;
  column: string;
  rows: number | null;
  missing: number | null;
  distinct: number | null;
  min: number | null;
  max: number | null;
  mean: number | null;
  standardDeviation: number | null;
  p05: number | null;
  p50: number | null;
  p95: number | null;
  /** The most frequent values, each with its count, where the program sends them. */
  top: string[];
}

export interface RunQuality {
  /** Those of the last attempts, the failed ones first. */
  checks: QualityCheck[];
  columns: ColumnProfile[];
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

/**
 * `GET /api/runs/ID/logs?stage=&severity=&q=&limit=&cursor=`, `GET /api/traces/ID/logs?span=&limit=&cursor=`: oldest
 * first. (`span` is one span id: the log records that were written inside it.)
 */
export interface LogsResponse {
  logs: LogRecord[];
  next: string | null;
}

export interface LogRecord {
  time: string;
  /** 1-24, 0 unset (OpenTelemetry logs data model). */
  severityNumber: number;
  severityText: string;
  body: string;
  service: string;
  traceId: string | null;
  spanId: string | null;
  attributes: KeyValue[];
}

/** OTLP/JSON AnyValue: int64 as a decimal string, bytes as base64. */
export type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number | "NaN" | "Infinity" | "-Infinity" }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: KeyValue[] } }
  | { bytesValue: string }
  | Record<string, never>;

export interface KeyValue {
  key: string;
  value: AnyValue;
}

export type SpanKind = "unspecified" | "internal" | "server" | "client" | "producer" | "consumer";
export type SpanStatus = "unset" | "ok" | "error";

/**
 * `GET /api/traces?service=&name=&minDuration=10ms&maxDuration=&status=error&attributes=key=value&start=&end=&limit=&cursor=`
 * (`attributes` may be repeated; all must hold on one span; resource attributes are looked at too).
 */
export interface TracesResponse {
  traces: TraceSummary[];
  next: string | null;
}

export interface TraceSummary {
  traceId: string;
  /** Empty while the root span has not arrived. */
  rootService: string;
  rootName: string;
  startedAt: string;
  durationMs: number;
  spanCount: number;
  errorCount: number;
  services: string[];
  /** Spans that met the search. */
  matchedSpans: number;
  /** The run this trace belongs to, where there is one. */
  runId: string | null;
}

/** `GET /api/traces/ID`: streamed, one JSON document; spans by start time. `?fields=summary` leaves the heavy parts out. */
export interface TraceResponse {
  traceId: string;
  startedAt: string;
  durationNs: string;
  spanCount: number;
  runId: string | null;
  resources: TraceResource[];
  scopes: TraceScope[];
  spans: (SpanSummary | SpanDetail)[];
}

export interface TraceResource {
  attributes: KeyValue[];
  droppedAttributesCount: number;
  schemaUrl: string;
}

export interface TraceScope {
  name: string;
  version: string;
  attributes: KeyValue[];
  droppedAttributesCount: number;
  schemaUrl: string;
}

export interface SpanSummary {
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  name: string;
  kind: SpanKind;
  service: string;
  /** Nanoseconds since the Unix epoch, as a decimal string. */
  startTimeUnixNano: string;
  durationNs: number;
  status: SpanStatus;
  /** Indexes into `resources` and `scopes`. */
  resource: number;
  scope: number;
  eventCount: number;
  linkCount: number;
  /** `pipeline.stage`, where set. */
  stage: string | null;
}

export interface SpanDetail extends SpanSummary {
  traceState: string;
  flags: number;
  statusMessage: string;
  attributes: KeyValue[];
  events: { timeUnixNano: string; name: string; attributes: KeyValue[]; droppedAttributesCount: number }[];
  links: {
    traceId: string;
    spanId: string;
    traceState: string;
    flags: number;
    attributes: KeyValue[];
    droppedAttributesCount: number;
  }[];
  droppedAttributesCount: number;
  droppedEventsCount: number;
  droppedLinksCount: number;
}

/** `GET /api/traces/ID/spans/SPANID`: here `resource` and `scope` are 0, of these lists of one. */
export interface SpanResponse extends SpanDetail {
  resources: TraceResource[];
  scopes: TraceScope[];
}

/** `GET /api/services` */
export interface ServicesResponse {
  services: { name: string; operations: string[]; lastSeenAt: string }[];
}

/** `GET /api/attributes?prefix=&service=`: keys for the search box; `GET /api/attributes/KEY/values?prefix=` values. */
export interface AttributeKeysResponse {
  keys: { key: string; type: "string" | "int" | "double" | "bool" | "resource" }[];
}

export interface AttributeValuesResponse {
  values: string[];
}

/** Counted in items since the data folder was made: `received = stored + refused + spooled`. */
export interface LedgerCounts {
  received: number;
  refused: number;
  spooled: number;
  stored: number;
}

/** `GET /api/status` */
export interface StatusResponse {
  version: string;
  startedAt: string;
  now: string;
  dataDir: string;
  engine: { kind: "embedded" | "cluster"; version: string; state: "up" | "down"; lastError: string | null };
  /** `samples` are those of metrics, floats and native histograms. */
  ledger: { spans: LedgerCounts; logs: LedgerCounts; samples: LedgerCounts };
  spool: {
    bytes: number;
    bytesMax: number;
    segments: number;
    /** Age of the oldest segment not yet stored, 0 when there is none. */
    lagMs: number;
    /** Set aside because the engine refuses them (see docs/guides/operations.md). */
    quarantined: number;
    state: "ok" | "full" | "read-only" | "draining";
  };
  storage: {
    bytes: number;
    diskFreeBytes: number;
    tables: TableStatus[];
  };
  receivers: {
    protocol: string;
    address: string;
    requests: number;
    refused: number;
    /** Counts by error code. */
    refusals: Record<string, number>;
  }[];
  process: { residentBytes: number; heapBytes: number; eventLoopLagMs: number; uptimeMs: number };
  /** How far the fold is behind the newest fact. */
  fold: { lagMs: number; dirtyTraces: number };
  cardinality: CardinalityStatus;
}

export interface CardinalityStatus {
  /** Series that one metric may have on one day. */
  seriesPerMetricMax: number;
  /** Metrics that have gone beyond since the server started, worst first. */
  overflows: SeriesOverflow[];
}

/** A metric with too many series: further ones are counted together. */
export interface SeriesOverflow {
  metric: string;
  /** Series of today beyond the limit. */
  series: number;
  /** Samples that went into the overflow series. */
  samples: number;
  /** The label with the most distinct values among those series, and how many; empty when none has been met today. */
  label: string;
  labelValues: number;
}

export interface TableStatus {
  table: string;
  rows: number;
  bytes: number;
  parts: number;
  oldestAt: string | null;
  newestAt: string | null;
  /** What retention keeps: 0 means no limit. */
  ageMaxMs: number;
  bytesMax: number;
}

/** `GET /health`, `/health/ready`, `/health/live`: 200, or 503 when a part is down. */
export interface HealthResponse {
  status: "ok" | "unavailable";
  parts: Record<string, { status: "ok" | "unavailable"; reason?: string }>;
}

/**
 * `GET /api/live?pipeline=&run=`: server-sent events that say what changed; the page reads it again.
 * `data` is one of these, the event name is its `type`.
 */
export type LiveEvent =
  | { type: "run"; runId: string; pipeline: string; status: RunStatus; updatedAt: string }
  | { type: "hello"; now: string; version: string };

/** Every error body of our own routes. */
export interface ErrorResponse {
  error: { code: string; message: string; hint?: string };
}
