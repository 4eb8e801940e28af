import { afterAll, describe, expect, it } from "vitest";
import { limits } from "../../model/limits.ts";
import { SpanBlock } from "../span-block.ts";
import { TestEngine } from "../testing/engine.ts";
import { encodeMessage } from "../testing/otlp-messages.ts";
import type { SourceAttribute, SourceValue } from "../testing/otlp-source.ts";
import { decodeTracesProtobuf } from "./traces.ts";

const context = { receivedAtMs: 1_700_000_000_000 };
const engine = new TestEngine();
afterAll(() => engine.close());

const good = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 2), name: "good" };

const request = (...spans: object[]) =>
  encodeMessage("ExportTraceServiceRequest", { resourceSpans: [{ scopeSpans: [{ spans }] }] });

/** A field of length-delimited content; the length takes four bytes, which is allowed. */
function field(number: number, content: Uint8Array): Buffer {
  const { length } = content;
  const varint = [0, 7, 14, 21].map((shift) => ((length >>> shift) & 0x7f) | (shift < 21 ? 0x80 : 0));
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint]), content]);
}

function decode(body: Uint8Array) {
  const block = new SpanBlock();
  return { block, outcome: decodeTracesProtobuf(body, block, context) };
}

function stored<Row>(block: SpanBlock, columns: string): Row[] {
  engine.execute("TRUNCATE TABLE spans");
  engine.insert(block);
  return engine.rows<Row>(`SELECT ${columns} FROM spans ORDER BY name`);
}

describe("a span that cannot be", () => {
  it.each([
    ["no trace id", { traceId: undefined }, "trace_id must be 16 bytes and not all zero"],
    ["a trace id of zeros", { traceId: Buffer.alloc(16) }, "trace_id must be 16 bytes and not all zero"],
    ["a short trace id", { traceId: Buffer.alloc(8, 1) }, "trace_id must be 16 bytes and not all zero"],
    ["a long span id", { spanId: Buffer.alloc(9, 1) }, "span_id must be 8 bytes and not all zero"],
    ["a span id of zeros", { spanId: Buffer.alloc(8) }, "span_id must be 8 bytes and not all zero"],
    ["a short parent", { parentSpanId: Buffer.alloc(3, 1) }, "parent_span_id must be empty or 8 bytes"],
    ["a short id in a link", { links: [{ traceId: Buffer.alloc(3) }] }, "a link's trace_id must be empty or 16 bytes"],
    ["a long id in a link", { links: [{ spanId: Buffer.alloc(16) }] }, "a link's span_id must be empty or 8 bytes"],
  ])("for %s is rejected with the reason, and the others are stored", (_name, fields, reason) => {
    const details = {
      attributes: [
        { key: "s", value: { stringValue: "text" } },
        { key: "o", value: { arrayValue: { values: [] } } },
      ],
      events: [{ name: "event" }],
    };
    const bad = { ...good, ...details, ...fields, name: "bad" };
    const links = [...((fields as { links?: object[] }).links ?? []), { traceId: Buffer.alloc(16, 9) }];
    const { block, outcome } = decode(
      request({ ...good, ...details }, { ...bad, links }, bad, { ...good, name: "last" }),
    );
    expect(outcome).toEqual({
      accepted: 2,
      rejected: 2,
      reasons: [`2 x ${reason} (first: resourceSpans[0].scopeSpans[0].spans[1])`],
    });
    expect(stored(block, "name, attributes_string, attributes_other, event_names, link_attributes")).toEqual([
      {
        name: "good",
        attributes_string: { s: "text" },
        attributes_other: { o: "[]" },
        event_names: ["event"],
        link_attributes: [],
      },
      { name: "last", attributes_string: {}, attributes_other: {}, event_names: [], link_attributes: [] },
    ]);
  });
});

describe("times", () => {
  it.each([
    ["as they are", "1700000000000000001", "1700000000000000004", "1700000000000000001", "3"],
    ["across a 32-bit border", "4294967295", "4294967296", "4294967295", "1"],
    ["without an end", "1700000000000000000", "0", "1700000000000000000", "0"],
    ["that end before they start", "1700000000000000005", "1700000000000000000", "1700000000000000005", "-5"],
    ["of seconds instead of nanoseconds", "1700000000", "1700000001", "1700000000", "1"],
    ["at the end of time", "9223372036854775807", "9223372036854775807", "9223372036854775807", "0"],
    ["that end at the end of time", "1", "9223372036854775807", "1", "9223372036854775806"],
    ["after the end of time", "18446744073709551615", "5", "9223372036854775807", "0"],
    ["that end after the end of time", "7", "18446744073709551615", "7", "0"],
  ])("%s do not break the row", (_name, startTimeUnixNano, endTimeUnixNano, start, duration) => {
    const events = [{ timeUnixNano: endTimeUnixNano }];
    const { block } = decode(request({ ...good, startTimeUnixNano, endTimeUnixNano, events }));
    const columns = "toString(toUnixTimestamp64Nano(start_time)) AS start, toString(duration_ns) AS duration";
    expect(stored(block, columns)).toEqual([{ start, duration }]);
    expect(engine.rows("SELECT span_count FROM traces FINAL")).not.toEqual([]);
  });
});

describe("what the sender may leave out or put elsewhere", () => {
  it("an empty request, empty envelopes and unknown fields are fine", () => {
    expect(decode(Buffer.alloc(0)).outcome).toEqual({ accepted: 0, rejected: 0, reasons: [] });
    const empty = { resourceSpans: [{}, { resource: {}, scopeSpans: [{}, { scope: {}, spans: [] }] }] };
    expect(decode(encodeMessage("ExportTraceServiceRequest", empty)).outcome.accepted).toBe(0);
    // Field 100: a varint, bytes, fixed values, and a group with a field in it.
    const unknown = "a00605 a20602ffff a1060000000000000000 a50600000000 a306a00605a406".replaceAll(" ", "");
    expect(decode(Buffer.concat([Buffer.from(unknown, "hex"), request(good)])).outcome.accepted).toBe(1);
  });

  it("a resource without a name, with an empty one, and with two", () => {
    const resource = (...names: SourceValue[]) => ({
      resource: { attributes: names.map((value) => ({ key: "service.name", value })) },
      scopeSpans: [{ spans: [{ ...good, name: String(names.length) }] }],
    });
    const resourceSpans = [
      resource(),
      resource({ stringValue: "" }),
      resource({ stringValue: "a" }, { stringValue: "b" }),
      resource({ intValue: "1" }, { stringValue: "c" }, { intValue: "2" }),
    ];
    const { block } = decode(encodeMessage("ExportTraceServiceRequest", { resourceSpans }));
    expect(stored<{ service: string }>(block, "service").map(({ service }) => service)).toEqual([
      "unknown_service",
      "unknown_service",
      "b",
      "c",
    ]);
  });

  it("a resource after its spans, and in two pieces", () => {
    const piece = (key: string) =>
      Buffer.from(encodeMessage("Resource", { attributes: [{ key, value: { stringValue: key } }] }));
    const scopeSpans = encodeMessage("ScopeSpans", { spans: [good] });
    const resourceSpans = Buffer.concat([
      field(1, piece("a")),
      field(2, scopeSpans),
      field(3, Buffer.from("url")),
      field(1, piece("service.name")),
    ]);
    const { block } = decode(field(1, resourceSpans));
    expect(stored(block, "service, resource")).toEqual([
      {
        service: "service.name",
        resource: '{"attributes":{"a":"a","service.name":"service.name"},"droppedAttributesCount":0,"schemaUrl":"url"}',
      },
    ]);
  });
});

describe("is_pipeline", () => {
  const attribute = (key: string): SourceAttribute => ({ key, value: { intValue: "1" } });
  it.each([
    [["pipeline.stage"], true],
    [["airflow.dag_id"], true],
    [["prefect.run.name"], true],
    [["node_outcome"], true],
    [["dbt_core_event_code"], true],
    [["dag_id", "task_id"], true],
    [["run_id", "http.method", "dag_id"], true],
    [["unique_id", "node_type"], true],
    [["invocation_id", "raw_command"], true],
    [["dag_id"], false],
    [["task_id", "run_id"], false],
    [["unique_id"], false],
    [["pipelined"], false],
    [["http.method", "db.system"], false],
    [[], false],
  ])("of a span with %j is %s", (keys, expected) => {
    const mixed = keys.map((key, index) =>
      index % 2 === 0 ? attribute(key) : { key, value: { stringValue: "text" } satisfies SourceValue },
    );
    const { block } = decode(request({ ...good, attributes: mixed }, { ...good, name: "other" }));
    expect(stored(block, "is_pipeline")).toEqual([{ is_pipeline: expected }, { is_pipeline: false }]);
  });
});

describe("what cannot be read", () => {
  /** A span with an attribute whose value is an array in an array ..; protobufjs itself stops at depth 100. */
  const nested = (depth: number): Buffer => {
    let value: Buffer = Buffer.from([0x10, 1]);
    for (let level = 0; level < depth; level++) value = field(5, field(1, value));
    const attribute = field(9, field(2, value));
    const span = Buffer.concat([field(1, good.traceId), field(2, good.spanId), attribute]);
    return field(1, field(2, field(2, span)));
  };

  it.each([
    ["a length past the end", "0a05", /at byte 1: length 5 goes past the end/],
    ["a truncated varint", "a0", /at byte 0: truncated varint/],
    ["a varint without an end", "a006ffffffffffffffffffffff", /at byte 2: varint longer than ten bytes/],
    ["field number 0", "0000", /at byte 0: field number 0/],
    ["a wire type that is not one", "0f", /wire type 7/],
    ["a known field of another wire type", "0801", /field 1 has wire type 0/],
    ["the end of a group without its start", "a406", /wire type 4/],
    ["a group without its end", "a306", /truncated/],
    ["a group that ends as another", "a306ac06", /does not match/],
    ["groups in groups in groups", "a306".repeat(1000), /too deeply/],
  ])("%s gives the byte", (_name, hex, message) => {
    expect(() => decode(Buffer.from(hex, "hex"))).toThrow(message);
    expect(() => decode(Buffer.from(hex, "hex"))).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  it("is a value nested more deeply than the limit", () => {
    const depthMax = limits.decodeDepthMax.value;
    expect(decode(nested(depthMax)).outcome.accepted).toBe(1);
    expect(() => decode(nested(depthMax + 1))).toThrow(/nested too deeply/);
    expect(() => decode(nested(5000))).toThrow(/nested too deeply/);
  });

  it("is a request of more parts than the limit, however small", () => {
    const spans = Buffer.alloc(2 * (limits.decodePartsMax.value + 1));
    for (let at = 0; at < spans.length; at += 2) spans[at] = 0x12;
    const body = field(1, field(2, spans));
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: "payload_too_large" }));
  });
});
