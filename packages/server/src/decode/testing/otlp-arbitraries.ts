import * as fc from "fast-check";
import type {
  LogsRequest,
  SourceAttribute,
  SourceLog,
  SourceResource,
  SourceScope,
  SourceSpan,
  SourceValue,
  TraceRequest,
} from "./otlp-source.ts";

/** Random OTLP requests for fast-check, with the odd cases of every field. */

const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("", "GET /orders", "pipeline.stage", "état", "日本", '"\\/\n\u0000', "$map"),
  },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ minLength: 100, maxLength: 300 }) },
);
const uint32 = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_ffff }));
const uint64 = (max: bigint) => fc.oneof(fc.constantFrom("0", max.toString()), fc.bigInt({ min: 0n, max }).map(String));
const int64 = fc.oneof(
  fc.constantFrom("0", "-1", "9007199254740993", "9223372036854775807", "-9223372036854775808"),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
);
const time = fc.oneof(
  fc.bigInt({ min: 1_600_000_000_000_000_000n, max: 1_900_000_000_000_000_000n }).map(String),
  uint64(2n ** 63n - 1n),
);
const id = (width: number) =>
  fc.uint8Array({ minLength: width, maxLength: width }).filter((bytes) => bytes.some((byte) => byte !== 0));

export const anyValue: fc.Arbitrary<SourceValue> = fc.letrec<{ value: SourceValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    text.map((stringValue) => ({ stringValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    int64.map((intValue) => ({ intValue })),
    fc
      .oneof(fc.double(), fc.constantFrom(0, -0, 1, 1e300, Number.NaN, Number.NEGATIVE_INFINITY))
      .map((doubleValue) => ({
        doubleValue,
      })),
    fc.uint8Array({ maxLength: 20 }).map((bytesValue) => ({ bytesValue })),
    fc.constant({}),
    fc.array(tie("value"), { maxLength: 4 }).map((values) => ({ arrayValue: { values } })),
    fc
      .array(fc.record({ key: text, value: tie("value") }), { maxLength: 4 })
      .map((values) => ({ kvlistValue: { values } })),
  ) as fc.Arbitrary<SourceValue>,
})).value;

const attributes: fc.Arbitrary<SourceAttribute[]> = fc.array(fc.record({ key: text, value: anyValue }), {
  maxLength: 8,
});
const resource: fc.Arbitrary<SourceResource> = fc.record({
  attributes: fc
    .tuple(attributes, fc.option(text, { nil: undefined }))
    .map(([list, name]) =>
      name === undefined ? list : [...list, { key: "service.name", value: { stringValue: name } }],
    ),
  droppedAttributesCount: uint32,
});
const scope: fc.Arbitrary<SourceScope> = fc.record({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: uint32,
});

export const span: fc.Arbitrary<SourceSpan> = fc.record({
  traceId: id(16),
  spanId: id(8),
  traceState: text,
  parentSpanId: fc.oneof(fc.constant(new Uint8Array(0)), id(8)),
  name: text,
  kind: fc.integer({ min: 0, max: 5 }),
  startTimeUnixNano: time,
  endTimeUnixNano: time,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(fc.record({ timeUnixNano: time, name: text, attributes, droppedAttributesCount: uint32 }), {
    maxLength: 3,
  }),
  droppedEventsCount: uint32,
  links: fc.array(
    fc.record({
      traceId: id(16),
      spanId: id(8),
      traceState: text,
      attributes,
      droppedAttributesCount: uint32,
      flags: uint32,
    }),
    { maxLength: 3 },
  ),
  droppedLinksCount: uint32,
  status: fc.record({ message: text, code: fc.integer({ min: 0, max: 2 }) }),
  flags: uint32,
});

export const log: fc.Arbitrary<SourceLog> = fc.record({
  timeUnixNano: time,
  severityNumber: fc.integer({ min: 0, max: 24 }),
  severityText: text,
  body: anyValue,
  attributes,
  droppedAttributesCount: uint32,
  flags: uint32,
  traceId: fc.oneof(fc.constant(new Uint8Array(0)), id(16)),
  spanId: fc.oneof(fc.constant(new Uint8Array(0)), id(8)),
  observedTimeUnixNano: time,
  eventName: text,
});

export const traceRequest: fc.Arbitrary<TraceRequest> = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource,
      scopeSpans: fc.array(fc.record({ scope, spans: fc.array(span, { maxLength: 4 }), schemaUrl: text }), {
        maxLength: 2,
      }),
      schemaUrl: text,
    }),
    { maxLength: 2 },
  ),
});

export const logsRequest: fc.Arbitrary<LogsRequest> = fc.record({
  resourceLogs: fc.array(
    fc.record({
      resource,
      scopeLogs: fc.array(fc.record({ scope, logRecords: fc.array(log, { maxLength: 4 }), schemaUrl: text }), {
        maxLength: 2,
      }),
      schemaUrl: text,
    }),
    { maxLength: 2 },
  ),
});
