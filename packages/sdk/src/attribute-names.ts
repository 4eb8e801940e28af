/** Every attribute and event name that the SDK writes; docs/reference/telemetry.md explains each, and a test compares the two. */
export const attributeNames = {
  kind: "pipeline.kind",
  name: "pipeline.name",
  runId: "pipeline.run.id",
  continues: "pipeline.run.continues",
  toBeContinued: "pipeline.run.to_be_continued",
  partition: "pipeline.partition.key",
  logicalDate: "pipeline.logical_date",
  backfill: "pipeline.backfill",
  stage: "pipeline.stage",
  attempt: "pipeline.attempt",
  status: "pipeline.status",
  sourceSystem: "pipeline.source.system",
  sourceTable: "pipeline.source.table",
  sinkSystem: "pipeline.sink.system",
  sinkTable: "pipeline.sink.table",
  read: "pipeline.records.read",
  written: "pipeline.records.written",
  failed: "pipeline.records.failed",
  filtered: "pipeline.records.filtered",
  deduplicated: "pipeline.records.deduplicated",
  bytes: "pipeline.bytes.processed",
  failureReason: "pipeline.failure.reason",
  failureCount: "pipeline.failure.count",
  recordAttempt: "pipeline.record.attempt",
  recordHash: "pipeline.record.hash",
  spanName: "pipeline.span.name",
  parentSpanId: "pipeline.parent_span_id",
  spanStartTime: "pipeline.span.start_time_unix_nano",
  checkTable: "dq.table",
  checkPartition: "dq.partition",
  checkColumn: "dq.column",
  checkRule: "dq.rule",
  checkKind: "dq.check.kind",
  checkSubject: "dq.check.subject",
  checkStatus: "dq.check.status",
  checkSeverity: "dq.check.severity",
  checkValue: "dq.check.value",
  checkExpected: "dq.check.expected",
  checksPassed: "dq.checks.passed",
  checksFailed: "dq.checks.failed",
  errorType: "error.type",
} as const;

export const eventNames = {
  runStart: "pipeline.run.start",
  stageStart: "pipeline.stage.start",
  heartbeat: "pipeline.heartbeat",
  recordFailed: "pipeline.record.failed",
  check: "dq.check",
} as const;

export const metricNames = {
  rowCount: "dq.row.count",
  completeness: "dq.completeness.ratio",
  validity: "dq.validity.ratio",
  freshness: "dq.freshness.seconds",
  memory: "process.memory.usage",
  cpu: "process.cpu.time",
  heapUsed: "v8js.memory.heap.used",
  garbageCollection: "v8js.gc.duration",
  eventLoopDelayMean: "nodejs.eventloop.delay.mean",
  eventLoopDelayP99: "nodejs.eventloop.delay.p99",
  eventLoopDelayMax: "nodejs.eventloop.delay.max",
} as const;

export const runtimeLabelNames = { cpuMode: "cpu.mode", collectionType: "v8js.gc.type" } as const;

/** The instrumentation scope of every span and log record. */
export const scopeName = "@sightglass/sdk";
/** The instrumentation scope of the runtime metrics. */
export const runtimeScopeName = "@sightglass/sdk/runtime";
