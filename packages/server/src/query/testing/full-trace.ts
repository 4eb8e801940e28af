import type { SpanFixture } from "./stored-spans.ts";

export const traceIdOfFullTrace = "0123456789abcdef0123456789abcdef";

/** 2026-11-20T03:00:00Z. */
export const fullTraceStartNs = 1_795_143_600_000_000_000n;

/** Three spans, of which the first holds every kind of part that a span can have. */
export const fullTrace: SpanFixture[] = [
  {
    traceId: traceIdOfFullTrace,
    spanId: "a000000000000001",
    traceState: "vendor=1",
    flags: 257,
    name: "load",
    kind: 2,
    statusCode: 2,
    statusMessage: "table is missing",
    service: "flights",
    startNs: fullTraceStartNs + 1n,
    durationNs: 1_999_999_999n,
    resource:
      '{"attributes":{"service.name":"flights","host.cores":2},"droppedAttributesCount":1,"schemaUrl":"https://opentelemetry.io/schemas/1.30.0"}',
    scope: '{"name":"tracer","version":"2.1","attributes":{"team":"data"},"droppedAttributesCount":0,"schemaUrl":""}',
    strings: { "pipeline.stage": "load" },
    ints: { big: 9_007_199_254_740_993n },
    doubles: { ratio: 0.1, whole: 2, nan: Number.NaN },
    bools: { hit: true },
    others: { bytes: '{"$bytes":"AAH/"}', empty: "null", list: '[1,"a"]' },
    events: [
      {
        timeNs: fullTraceStartNs + 500_000_000n,
        name: "exception",
        details: '{"attributes":{"exception.type":"Missing","tries":3},"droppedAttributesCount":2}',
      },
      { timeNs: fullTraceStartNs + 600_000_000n, name: "" },
    ],
    links: [
      {
        traceId: "0000000000000000000000000000000a",
        spanId: "000000000000000b",
        details: '{"traceState":"x=y","flags":1,"attributes":{"why":"retry"},"droppedAttributesCount":4}',
      },
    ],
    droppedAttributes: 5,
    droppedEvents: 6,
    droppedLinks: 7,
  },
  {
    traceId: traceIdOfFullTrace,
    spanId: "a000000000000002",
    parentSpanId: "a000000000000001",
    name: "insert",
    kind: 3,
    statusCode: 1,
    service: "flights",
    startNs: fullTraceStartNs + 1_000_000_000n,
    durationNs: 1_000_000_000n,
    strings: { "db.table": "flights" },
  },
  {
    traceId: traceIdOfFullTrace,
    spanId: "a000000000000003",
    parentSpanId: "a000000000000002",
    name: "query",
    kind: 2,
    service: "warehouse",
    startNs: fullTraceStartNs + 1_200_000_000n,
    durationNs: 100_000_000n,
    ints: { "db.rows": 12n },
  },
];
