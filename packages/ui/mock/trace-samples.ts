import type { AnyValue, KeyValue, LogRecord, SpanDetail, TraceResponse } from "sightglass/contract";

/** The id of a small trace that has one of everything a trace can have, odd things too. */
export const oddTraceId = "0ddba11".padEnd(32, "0");

const string = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const typed = (key: string, value: AnyValue) => ({ key, value });

interface Sketch extends Partial<SpanDetail> {
  spanId: string;
  name: string;
  /** Milliseconds since the trace's start. */
  ms: [number, number];
}

/**
 * A failed load: a parent that never arrived, a circle of parents, a clock that is behind, every attribute type, events,
 * links within and to another trace.
 */
export function oddTrace(startMs: number, linkedTraceId: string): TraceResponse {
  const spans = sketches(linkedTraceId).map(({ ms: [fromMs, toMs], ...rest }) => ({
    ...blank,
    ...rest,
    startTimeUnixNano: String(BigInt(Math.round(startMs)) * 1_000_000n + BigInt(Math.round(fromMs * 1e6))),
    durationNs: Math.round((toMs - fromMs) * 1e6),
    eventCount: rest.events?.length ?? 0,
    linkCount: rest.links?.length ?? 0,
    events: (rest.events ?? []).map((event) => ({
      ...event,
      timeUnixNano: String(BigInt(Math.round(startMs)) * 1_000_000n + BigInt(Math.round(toMs * 1e6 - 1_500))),
    })),
  }));
  spans.sort((a, b) => (a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1));
  return {
    traceId: oddTraceId,
    startedAt: new Date(startMs).toISOString(),
    durationNs: "4210000000",
    spanCount: spans.length,
    runId: null,
    resources: [
      {
        attributes: [
          string("service.name", "flights"),
          string("service.version", "2.4.1"),
          string("host.name", "etl-7"),
          string("telemetry.sdk.language", "nodejs"),
        ],
        droppedAttributesCount: 0,
        schemaUrl: "https://opentelemetry.io/schemas/1.34.0",
      },
      { attributes: [string("service.name", "warehouse")], droppedAttributesCount: 2, schemaUrl: "" },
    ],
    scopes: [
      { name: "@sightglass/sdk", version: "0.1.0", attributes: [], droppedAttributesCount: 0, schemaUrl: "" },
      {
        name: "@opentelemetry/instrumentation-pg",
        version: "0.61.0",
        attributes: [typed("pooled", { boolValue: true })],
        droppedAttributesCount: 0,
        schemaUrl: "",
      },
    ],
    spans,
  };
}

export function oddTraceLogs(trace: TraceResponse, spanId: string): LogRecord[] {
  if (spanId !== "0000000000000003") return [];
  const record = (severityNumber: number, severityText: string, body: string): LogRecord => ({
    time: trace.startedAt,
    severityNumber,
    severityText,
    body,
    service: "flights",
    traceId: trace.traceId,
    spanId,
    attributes: [],
  });
  return [
    record(9, "INFO", "load: starting for 2001-01-13"),
    record(13, "WARN", "slow answer from warehouse: 1,204 ms"),
    record(17, "ERROR", "load failed: duplicate key value violates unique constraint flights_pkey"),
  ];
}

const blank: SpanDetail = {
  spanId: "",
  parentSpanId: "",
  name: "",
  kind: "internal",
  service: "flights",
  startTimeUnixNano: "0",
  durationNs: 0,
  status: "unset",
  resource: 0,
  scope: 0,
  eventCount: 0,
  linkCount: 0,
  stage: null,
  traceState: "",
  flags: 1,
  statusMessage: "",
  attributes: [],
  events: [],
  links: [],
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
};

const loadAttributes = [
  string("pipeline.stage", "load"),
  string("pipeline.sink.system", "postgres"),
  typed("pipeline.records.read", { intValue: "120433" }),
  typed("pipeline.records.written", { intValue: "9007199254740993" }),
  typed("ratio", { doubleValue: 0.25 }),
  typed("drift", { doubleValue: "NaN" }),
  typed("dry_run", { boolValue: false }),
  typed("columns", { arrayValue: { values: [{ stringValue: "date" }, { stringValue: "delay" }, { intValue: "3" }] } }),
  typed("options", { kvlistValue: { values: [string("mode", "upsert"), typed("batch", { intValue: "500" })] } }),
  typed("digest", { bytesValue: "3q2+7w==" }),
  typed("note", {}),
  string("db.query.text", `INSERT INTO flights (date, delay, distance)\nVALUES ${"($1, $2, $3), ".repeat(60)}`),
  string("empty.text", ""),
];

const event = (name: string, ...attributes: KeyValue[]) => ({
  timeUnixNano: "0",
  name,
  attributes,
  droppedAttributesCount: 0,
});
const milliseconds = (key: string, doubleValue: number) => typed(`pipeline.profile.${key}_ms`, { doubleValue });
const profiled = (name: string, place: [string, number], selfMs: number, totalMs: number) =>
  event(
    "pipeline.profile.function",
    string("code.function.name", name),
    string("code.file.path", place[0]),
    typed("code.line.number", { intValue: String(place[1]) }),
    milliseconds("self", selfMs),
    milliseconds("total", totalMs),
  );

/** As the SDK writes a profile of a slow stage, the stacks in two parts. */
const profileEvents = [
  event(
    "pipeline.profile",
    string("pipeline.profile.reason", "slow"),
    milliseconds("duration", 1000),
    milliseconds("idle", 150),
    typed("pipeline.profile.samples", { intValue: "200" }),
    typed("pipeline.profile.expected_ms", { intValue: "420" }),
  ),
  profiled("parse", ["src/flights.ts", 41], 410, 590),
  profiled("split", ["node_modules/csv-parse/lib/index.cjs", 7], 180, 180),
  profiled("joinAirports", ["src/airports.ts", 12], 120, 120),
  event(
    "pipeline.profile.stacks",
    typed("pipeline.profile.part", { intValue: "1" }),
    string("pipeline.profile.folded", "run (src/run.ts:3);(garbage collector) 140000\n(idle) 150000\n"),
  ),
  event(
    "pipeline.profile.stacks",
    typed("pipeline.profile.part", { intValue: "0" }),
    string(
      "pipeline.profile.folded",
      [
        "run (src/run.ts:3);parse (src/flights.ts:41) 410000",
        "run (src/run.ts:3);parse (src/flights.ts:41);split (node_modules/csv-parse/lib/index.cjs:7) 180000",
        "run (src/run.ts:3);joinAirports (src/airports.ts:12) 120000\n",
      ].join("\n"),
    ),
  ),
];

function sketches(linkedTraceId: string): Sketch[] {
  const link = { traceState: "", flags: 1, droppedAttributesCount: 0 };
  return [
    {
      spanId: "0000000000000001",
      parentSpanId: "00000000000000ff",
      name: "extract",
      stage: "extract",
      status: "ok",
      ms: [12, 1204],
    },
    {
      spanId: "0000000000000002",
      parentSpanId: "00000000000000ff",
      name: "transform",
      stage: "transform",
      ms: [1210, 2240],
      events: profileEvents,
    },
    {
      spanId: "0000000000000003",
      parentSpanId: "00000000000000ff",
      name: "load",
      stage: "load",
      status: "error",
      statusMessage: "load failed",
      ms: [2250, 4210],
      attributes: loadAttributes,
      droppedAttributesCount: 3,
      traceState: "vendor=1",
      events: [
        {
          timeUnixNano: "0",
          name: "exception",
          attributes: [
            string("exception.type", "DatabaseError"),
            string("exception.message", "duplicate key value violates unique constraint flights_pkey"),
            string(
              "exception.stacktrace",
              "DatabaseError: duplicate key\n    at load (load.ts:42:11)\n    at run (run.ts:7:3)",
            ),
          ],
          droppedAttributesCount: 0,
        },
      ],
      links: [
        { ...link, traceId: oddTraceId, spanId: "0000000000000001", attributes: [string("link.kind", "follows")] },
        { ...link, traceId: linkedTraceId, spanId: "00000000000000aa", attributes: [] },
      ],
    },
    {
      spanId: "0000000000000004",
      parentSpanId: "0000000000000003",
      name: "INSERT flights",
      kind: "client",
      service: "warehouse",
      resource: 1,
      scope: 1,
      status: "error",
      ms: [2238, 3990],
    },
    { spanId: "0000000000000005", parentSpanId: "0000000000000006", name: "ping", service: "weather", ms: [300, 310] },
    { spanId: "0000000000000006", parentSpanId: "0000000000000005", name: "pong", service: "weather", ms: [302, 308] },
    { spanId: "0000000000000007", parentSpanId: "0000000000000002", name: "join airports", ms: [1300, 1300.004] },
  ];
}
