/**
 * Everything that the SDK and `sightglass run` emit. docs/reference/telemetry.md is made from it (test/telemetry.test.ts), and
 * test/app/telemetry.test.ts compares it with what real programs send, in both directions.
 */

export type ValueType = "string" | "boolean" | "int" | "double" | "string[]";

/** What a span is; `command` and `command stage` are those of `sightglass run`. */
export type SpanRole = "run" | "stage" | "attempt" | "command" | "command stage";

export interface SpanEntry {
  role: SpanRole;
  name: string;
  kind: "INTERNAL";
  when: string;
}

export interface AttributeEntry {
  name: string;
  type: ValueType;
  on: readonly SpanRole[];
  meaning: string;
}

export interface EventAttribute {
  name: string;
  type: ValueType;
  meaning: string;
}

export interface EventEntry {
  name: string;
  on: readonly SpanRole[];
  when: string;
  attributes: readonly EventAttribute[];
}

export interface MetricEntry {
  name: string;
  instrument: "gauge" | "counter" | "up-down counter" | "histogram";
  unit: string;
  labels: readonly string[];
  meaning: string;
}

export const spans: readonly SpanEntry[] = [
  { role: "run", name: "the pipeline's name", kind: "INTERNAL", when: "`pipeline()`" },
  {
    role: "stage",
    name: "the stage's name",
    kind: "INTERNAL",
    when: "`run.stage()`, `stage.stage()`; one for each attempt, side by side",
  },
  {
    role: "attempt",
    name: "`attempt` and the stage's name",
    kind: "INTERNAL",
    when: "each attempt at a record or batch that was tried again (`stage.each`, `map`, `batches`), below the stage",
  },
  { role: "command", name: "the program's name", kind: "INTERNAL", when: "`sightglass run`" },
  { role: "command stage", name: "the program's name", kind: "INTERNAL", when: "`sightglass run`, below its run" },
];

const runs = ["run", "command"] as const;
const stages = ["stage", "command stage"] as const;
const both = [...runs, ...stages] as const;

export const attributes: readonly AttributeEntry[] = [
  { name: "pipeline.kind", type: "string", on: runs, meaning: "`run`" },
  { name: "pipeline.name", type: "string", on: both, meaning: "the pipeline" },
  { name: "pipeline.run.id", type: "string", on: both, meaning: "the run" },
  {
    name: "pipeline.run.continues",
    type: "boolean",
    on: ["run"],
    meaning: "a part of the run beside the one that its parent span lies in",
  },
  {
    name: "pipeline.run.to_be_continued",
    type: "boolean",
    on: ["run"],
    meaning: "when this part has succeeded, another process continues the run",
  },
  { name: "pipeline.partition.key", type: "string", on: both, meaning: "what the run covers" },
  {
    name: "pipeline.logical_date",
    type: "string",
    on: ["run"],
    meaning: "ISO 8601: the moment that the data is about",
  },
  { name: "pipeline.backfill", type: "boolean", on: ["run"], meaning: "the run fills in the past" },
  { name: "pipeline.stage", type: "string", on: stages, meaning: "the stage; its presence makes a span a stage" },
  { name: "pipeline.attempt", type: "int", on: ["run", ...stages], meaning: "from 1; on runs where it is given" },
  {
    name: "pipeline.status",
    type: "string",
    on: both,
    meaning: "only where the span's status cannot say it: `cancelled`",
  },
  { name: "pipeline.source.system", type: "string", on: stages, meaning: "the kind of system that rows come from" },
  { name: "pipeline.source.table", type: "string", on: stages, meaning: "the table, topic, path or set within it" },
  { name: "pipeline.sink.system", type: "string", on: stages, meaning: "the kind of system that rows go to" },
  { name: "pipeline.sink.table", type: "string", on: stages, meaning: "the table, topic, path or set within it" },
  { name: "pipeline.records.read", type: "int", on: stages, meaning: "rows that came in" },
  { name: "pipeline.records.written", type: "int", on: stages, meaning: "rows that went out" },
  { name: "pipeline.records.failed", type: "int", on: stages, meaning: "rows that could not be processed" },
  { name: "pipeline.records.filtered", type: "int", on: stages, meaning: "rows left out on purpose" },
  { name: "pipeline.records.deduplicated", type: "int", on: stages, meaning: "rows that were there already" },
  { name: "pipeline.bytes.processed", type: "int", on: stages, meaning: "bytes" },
  { name: "pipeline.record.attempt", type: "int", on: ["attempt"], meaning: "from 1" },
  { name: "pipeline.failure.reason", type: "string", on: ["attempt"], meaning: "where it failed: a short, fixed code" },
  { name: "dq.tables", type: "string[]", on: ["stage"], meaning: "the tables that were checked" },
  { name: "dq.checks.passed", type: "int", on: ["stage"], meaning: "checks that passed" },
  { name: "dq.checks.failed", type: "int", on: ["stage"], meaning: "checks of severity `error` that did not" },
  { name: "dq.checks.warned", type: "int", on: ["stage"], meaning: "checks of severity `warn` that did not" },
  { name: "dq.score", type: "double", on: ["stage"], meaning: "the lowest score of these tables, from 0 to 1" },
  {
    name: "error.type",
    type: "string",
    on: [...both, "attempt"],
    meaning: "the error's name; of `sightglass run` the signal, `CommandFailed` or `CommandNotStarted`",
  },
  {
    name: "process.executable.name",
    type: "string",
    on: ["command stage"],
    meaning: "the program, without its arguments",
  },
  { name: "process.exit.code", type: "int", on: ["command", "command stage"], meaning: "as a shell reports it" },
];

const dqTable: EventAttribute = { name: "dq.table", type: "string", meaning: "the table" };
const dqPartition: EventAttribute = { name: "dq.partition", type: "string", meaning: "the partition, where given" };
const statistic = (name: string, meaning: string): EventAttribute => ({
  name: `dq.column.${name}`,
  type: "double",
  meaning: `${meaning}; of numbers and dates (milliseconds since the epoch)`,
});

export const events: readonly EventEntry[] = [
  {
    name: "pipeline.record.failed",
    on: stages,
    when: "for the first 5 failed records of each of 16 reasons, and at the end one for the rest of each; their counts add up to `pipeline.records.failed`",
    attributes: [
      {
        name: "pipeline.failure.reason",
        type: "string",
        meaning: "a short, fixed code; `other` for reasons beyond the limit",
      },
      { name: "pipeline.failure.count", type: "int", meaning: "how many records this event stands for" },
      { name: "pipeline.record.hash", type: "string", meaning: "16 digits of its SHA-256, where the record was given" },
    ],
  },
  {
    name: "dq.check",
    on: ["stage"],
    when: "for each check of `check()` or `expectations()`, the failed ones first; at most 64, and as many as the span has room for",
    attributes: [
      dqTable,
      dqPartition,
      {
        name: "dq.check.kind",
        type: "string",
        meaning: "`row_count`, `completeness`, `validity`, `uniqueness`, `freshness`, `distribution`",
      },
      {
        name: "dq.check.subject",
        type: "string",
        meaning: "a column, a rule, the table, or a column and its statistic",
      },
      {
        name: "dq.check.status",
        type: "string",
        meaning: "`passed`, `failed`, `warned` (failed with severity `warn`)",
      },
      { name: "dq.check.severity", type: "string", meaning: "`warn`, `error`" },
      {
        name: "dq.check.value",
        type: "double",
        meaning: "rows, a share from 0 to 1, seconds, or the statistic; absent where there is none",
      },
      { name: "dq.check.expected", type: "string", meaning: "in words" },
      {
        name: "dq.check.invalid_columns",
        type: "string[]",
        meaning:
          "of a schema: the 5 things that were wrong most often: `COLUMN REASON (ROWS)`, the reason the schema's own code",
      },
    ],
  },
  {
    name: "dq.column.profile",
    on: ["stage"],
    when: "for each column that a check names; at most 16",
    attributes: [
      dqTable,
      dqPartition,
      { name: "dq.column", type: "string", meaning: "the column" },
      { name: "dq.column.rows", type: "int", meaning: "rows" },
      { name: "dq.column.missing", type: "int", meaning: "rows without a value" },
      { name: "dq.column.distinct", type: "int", meaning: "different values, estimated beyond 16,384" },
      statistic("min", "the smallest value"),
      statistic("max", "the largest value"),
      statistic("mean", "the mean"),
      statistic("standard_deviation", "the standard deviation"),
      ...["01", "05", "25", "50", "75", "95", "99"].map((percent) =>
        statistic(`p${percent}`, `the quantile ${Number(percent) / 100}, within 1 %`),
      ),
      {
        name: "dq.column.top",
        type: "string[]",
        meaning: "the 5 most frequent values, each with its count; only with `sendTopValues`, for it is content",
      },
    ],
  },
  {
    name: "pipeline.profile",
    on: ["stage"],
    when: "for a profile of `@sightglass/sdk/profile`, on whatever span was active",
    attributes: [
      { name: "pipeline.profile.reason", type: "string", meaning: "`asked`, `slow`, `slow_before`" },
      { name: "pipeline.profile.duration_ms", type: "double", meaning: "how long it ran" },
      { name: "pipeline.profile.idle_ms", type: "double", meaning: "how long the thread had nothing to do" },
      { name: "pipeline.profile.interval_us", type: "int", meaning: "between two samples" },
      { name: "pipeline.profile.samples", type: "int", meaning: "samples" },
      { name: "pipeline.profile.expected_ms", type: "int", meaning: "what the stage usually takes, where it was slow" },
    ],
  },
  {
    name: "pipeline.profile.function",
    on: ["stage"],
    when: "for the 8 functions with the most time of their own, and the 8 with the most in all",
    attributes: [
      { name: "code.function.name", type: "string", meaning: "the function" },
      { name: "code.file.path", type: "string", meaning: "its file; absent for what V8 does itself" },
      { name: "code.line.number", type: "int", meaning: "its line" },
      { name: "pipeline.profile.self_ms", type: "double", meaning: "in the function itself" },
      { name: "pipeline.profile.total_ms", type: "double", meaning: "in it and in what it called" },
    ],
  },
  {
    name: "pipeline.profile.stacks",
    on: ["stage"],
    when: "for all stacks, in at most 8 parts of 16,000 characters; what does not fit is one line, `(other)`",
    attributes: [
      { name: "pipeline.profile.part", type: "int", meaning: "from 0" },
      {
        name: "pipeline.profile.folded",
        type: "string",
        meaning: "folded stacks: a line each, frames from the outside joined by `;`, a space, microseconds",
      },
    ],
  },
  {
    name: "pipeline.heap_snapshot",
    on: ["stage"],
    when: "when `heapLimit()` has written one",
    attributes: [
      { name: "pipeline.heap_snapshot.path", type: "string", meaning: "the file" },
      { name: "pipeline.heap_snapshot.used_bytes", type: "int", meaning: "what the heap held" },
      { name: "pipeline.heap_snapshot.limit_bytes", type: "int", meaning: "what it was to hold at most" },
    ],
  },
  {
    name: "exception",
    on: both,
    when: "when it threw, as the semantic conventions have it; of `sightglass run` the stack trace is the end of its standard error",
    attributes: [
      { name: "exception.type", type: "string", meaning: "the error's name" },
      { name: "exception.message", type: "string", meaning: "its message" },
      { name: "exception.stacktrace", type: "string", meaning: "its stack, where it has one" },
    ],
  },
];

/** On the links that `kafka.links()` makes. */
export const linkAttributes: readonly EventAttribute[] = [
  { name: "pipeline.records.read", type: "int", meaning: "how many records came from this producer" },
  { name: "messaging.batch.message_count", type: "int", meaning: "the same, by the semantic conventions' name" },
];

export const scopes = {
  sdk: "@sightglass/sdk",
  runtime: "@sightglass/sdk/runtime",
  command: "sightglass run",
} as const;

export const metrics: readonly MetricEntry[] = [
  {
    name: "dq.row.count",
    instrument: "gauge",
    unit: "{row}",
    labels: ["dq.table", "dq.partition"],
    meaning: "rows that were checked",
  },
  {
    name: "dq.freshness.seconds",
    instrument: "gauge",
    unit: "s",
    labels: ["dq.table", "dq.partition"],
    meaning: "age of the newest row when it was checked",
  },
  {
    name: "dq.completeness.ratio",
    instrument: "gauge",
    unit: "1",
    labels: ["dq.table", "dq.column"],
    meaning: "share of rows that have a value",
  },
  {
    name: "dq.uniqueness.ratio",
    instrument: "gauge",
    unit: "1",
    labels: ["dq.table", "dq.column"],
    meaning: "share of keys that are distinct",
  },
  {
    name: "dq.validity.ratio",
    instrument: "gauge",
    unit: "1",
    labels: ["dq.table", "dq.rule"],
    meaning: "share of rows or values that are valid",
  },
  {
    name: "dq.column.statistic",
    instrument: "gauge",
    unit: "",
    labels: ["dq.table", "dq.column", "dq.statistic"],
    meaning:
      "what the values of a column are like: `min`, `max`, `mean`, `standard_deviation`, `p01` to `p99`, `distinct`, `missing` (a share)",
  },
  {
    name: "dq.checks",
    instrument: "gauge",
    unit: "{check}",
    labels: ["dq.table", "dq.check.status"],
    meaning: "checks of a table by outcome: `passed`, `failed`, `warned`",
  },
  {
    name: "data.quality.score",
    instrument: "gauge",
    unit: "{score}",
    labels: ["table"],
    meaning: "share of checks that passed, from 0 to 1; those of severity `warn` have half the weight",
  },
  { name: "process.memory.usage", instrument: "up-down counter", unit: "By", labels: [], meaning: "resident memory" },
  {
    name: "process.cpu.time",
    instrument: "counter",
    unit: "s",
    labels: ["cpu.mode"],
    meaning: "processor time; `user`, `system`",
  },
  { name: "v8js.memory.heap.used", instrument: "up-down counter", unit: "By", labels: [], meaning: "used V8 heap" },
  {
    name: "v8js.gc.duration",
    instrument: "histogram",
    unit: "s",
    labels: ["v8js.gc.type"],
    meaning: "garbage collections; `minor`, `major`, `incremental`, `weakcb`, `other`",
  },
  ...["mean", "p99", "max"].map((which) => ({
    name: `nodejs.eventloop.delay.${which}`,
    instrument: "gauge" as const,
    unit: "s",
    labels: [],
    meaning: "event loop delay since the start",
  })),
];

/** Announcements carry these, and all attributes that their span has so far. */
const announced: readonly EventAttribute[] = [
  { name: "pipeline.span.name", type: "string", meaning: "the span's name" },
  { name: "pipeline.parent_span_id", type: "string", meaning: "hexadecimal; absent for a root" },
];

export const logEvents: readonly { name: string; when: string; time: string; attributes: readonly EventAttribute[] }[] =
  [
    { name: "pipeline.run.start", when: "at once", time: "the span's start", attributes: announced },
    {
      name: "pipeline.stage.start",
      when: "for stages that are still open after 100 ms; `sightglass run`: at once",
      time: "the span's start",
      attributes: announced,
    },
    {
      name: "pipeline.heartbeat",
      when: "every 10 s for each open run and stage, with the counts so far",
      time: "now",
      attributes: [
        ...announced,
        { name: "pipeline.span.start_time_unix_nano", type: "string", meaning: "the span's start" },
      ],
    },
  ];

/** Of the records that hold a command's output, a line each. */
export const outputAttributes: readonly EventAttribute[] = [
  { name: "log.iostream", type: "string", meaning: "`stdout`, `stderr`" },
  { name: "sightglass.line_truncated", type: "boolean", meaning: "the line was cut" },
  {
    name: "sightglass.lines_skipped",
    type: "int",
    meaning: "on the last record: how many lines were over the limits",
  },
];

export const resource: readonly EventAttribute[] = [
  { name: "service.name", type: "string", meaning: "the service" },
  { name: "telemetry.sdk.language", type: "string", meaning: "`nodejs`" },
  { name: "telemetry.sdk.name", type: "string", meaning: "`opentelemetry`" },
  { name: "telemetry.sdk.version", type: "string", meaning: "OpenTelemetry's version" },
  { name: "host.name", type: "string", meaning: "the host" },
  { name: "process.pid", type: "int", meaning: "the process" },
  { name: "process.runtime.name", type: "string", meaning: "`nodejs`" },
  { name: "process.runtime.version", type: "string", meaning: "Node's version" },
];
