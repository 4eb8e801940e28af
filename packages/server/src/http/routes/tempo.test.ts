import { afterAll, beforeAll, describe, expect, it } from "vitest";
import protobuf from "protobufjs";
import { fullTraceStartNs, traceIdOfFullTrace } from "../../query/testing/full-trace.ts";
import { openTraceApp, orphanTraceId, type TraceApp } from "./testing/trace-app.ts";

const startSeconds = Number(fullTraceStartNs / 1_000_000_000n);

describe("the Tempo API", () => {
  let opened: TraceApp;
  beforeAll(async () => {
    opened = await openTraceApp();
  });
  afterAll(() => opened.close());
  const get: TraceApp["get"] = (path) => opened.get(path);

  it("is there", async () => {
    expect(await get("/tempo/api/echo")).toEqual({ status: 200, body: "echo" });
    expect((await get("/tempo/ready")).status).toBe(200);
    expect((await get("/tempo/api/status/buildinfo")).body).toMatchObject({ version: "2.8.0" });
  });

  it("says as text what is not served, as Tempo does", async () => {
    expect(await get("/tempo/api/metrics/query_range?q=%7B%7D%20%7C%20rate()")).toEqual({
      status: 501,
      body: expect.stringMatching(/^TraceQL metrics are not computed here: .*traces_spanmetrics_calls_total/),
    });
    expect(await get("/tempo/api/nothing")).toEqual({ status: 404, body: expect.stringMatching(/^nothing is at/) });
  });

  it("answers v1 JSON in the protobuf mapping: base64 ids, names of enums", async () => {
    const { body } = await get(`/tempo/api/traces/${traceIdOfFullTrace}`);
    const [first] = (body as { batches: { scopeSpans: { spans: object[] }[] }[] }).batches;
    expect(first?.scopeSpans[0]?.spans[0]).toMatchObject({
      traceId: "ASNFZ4mrze8BI0VniavN7w==",
      spanId: "oAAAAAAAAAE=",
      kind: "SPAN_KIND_SERVER",
      status: { code: "STATUS_CODE_ERROR", message: "table is missing" },
      startTimeUnixNano: "1795143600000000001",
      endTimeUnixNano: "1795143602000000000",
      droppedAttributesCount: 5,
    });
    expect(await get("/tempo/api/traces/dead")).toEqual({
      status: 404,
      body: "trace not found: 0000000000000000000000000000dead",
    });
  });

  it("answers v2 JSON with a status", async () => {
    expect((await get("/tempo/api/v2/traces/abc")).body).toMatchObject({
      trace: { resourceSpans: [{ scopeSpans: [{ spans: [{ name: "orphan" }] }] }] },
      status: "COMPLETE",
    });
  });

  it.each(["/tempo/api/traces/", "/tempo/api/v2/traces/"])("answers protobuf at %s", async (path) => {
    const answer = await opened.app.request(path + traceIdOfFullTrace, { headers: { accept: "application/protobuf" } });
    expect(answer.headers.get("content-type")).toBe("application/protobuf");
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const message = otlp.lookupType(path.includes("v2") ? "TraceByIDResponse" : "Trace").decode(bytes);
    const decoded = message.toJSON() as { trace?: DecodedTrace } & DecodedTrace;
    const { resourceSpans } = decoded.trace ?? decoded;
    expect(resourceSpans.map(({ scopeSpans }) => scopeSpans[0]?.spans.map(({ name }) => name))).toEqual([
      ["load"],
      ["insert"],
      ["query"],
    ]);
    expect(resourceSpans[0]).toEqual({
      resource: {
        attributes: [
          { key: "service.name", value: { stringValue: "flights" } },
          { key: "host.cores", value: { intValue: "2" } },
        ],
        droppedAttributesCount: 1,
      },
      schemaUrl: "https://opentelemetry.io/schemas/1.30.0",
      scopeSpans: [
        {
          scope: {
            name: "tracer",
            version: "2.1",
            attributes: [{ key: "team", value: { stringValue: "data" } }],
          },
          spans: [
            {
              traceId: "ASNFZ4mrze8BI0VniavN7w==",
              spanId: "oAAAAAAAAAE=",
              traceState: "vendor=1",
              name: "load",
              kind: 2,
              startTimeUnixNano: expect.stringMatching(inexact),
              endTimeUnixNano: "1795143602000000000",
              attributes: [
                { key: "big", value: { intValue: expect.stringMatching(inexact) } },
                { key: "bytes", value: { bytesValue: "AAH/" } },
                { key: "empty", value: {} },
                { key: "hit", value: { boolValue: true } },
                { key: "list", value: { arrayValue: { values: [{ intValue: "1" }, { stringValue: "a" }] } } },
                { key: "nan", value: { doubleValue: "NaN" } },
                { key: "pipeline.stage", value: { stringValue: "load" } },
                { key: "ratio", value: { doubleValue: 0.1 } },
                { key: "whole", value: { doubleValue: 2 } },
              ],
              droppedAttributesCount: 5,
              events: [
                {
                  timeUnixNano: "1795143600500000000",
                  name: "exception",
                  attributes: [
                    { key: "exception.type", value: { stringValue: "Missing" } },
                    { key: "tries", value: { intValue: "3" } },
                  ],
                  droppedAttributesCount: 2,
                },
                { timeUnixNano: "1795143600600000000" },
              ],
              droppedEventsCount: 6,
              links: [
                {
                  traceId: "AAAAAAAAAAAAAAAAAAAACg==",
                  spanId: "AAAAAAAAAAs=",
                  traceState: "x=y",
                  attributes: [{ key: "why", value: { stringValue: "retry" } }],
                  droppedAttributesCount: 4,
                  flags: 1,
                },
              ],
              droppedLinksCount: 7,
              status: { message: "table is missing", code: 2 },
              flags: 257,
            },
          ],
        },
      ],
    });
  });

  it("searches by TraceQL", async () => {
    const query = encodeURIComponent(
      '{ .ratio = 0.1 && duration > 1s && status = error && resource.service.name = "flights" }',
    );
    const span = {
      spanID: "a000000000000001",
      name: "load",
      startTimeUnixNano: "1795143600000000001",
      durationNanos: "1999999999",
      attributes: [
        { key: "service.name", value: { stringValue: "flights" } },
        { key: "ratio", value: { doubleValue: 0.1 } },
      ],
    };
    const { body } = await get(`/tempo/api/search?q=${query}&limit=5&start=${startSeconds}&end=${startSeconds + 1}`);
    expect(body).toEqual({
      traces: [
        {
          traceID: traceIdOfFullTrace,
          rootServiceName: "flights",
          rootTraceName: "load",
          startTimeUnixNano: "1795143600000000001",
          durationMs: 1999,
          spanSet: { spans: [span], matched: 1 },
          spanSets: [{ spans: [span], matched: 1 }],
        },
      ],
      metrics: { inspectedTraces: 1 },
    });
  });

  const found = async (query: string) => {
    const { body } = await get(`/tempo/api/search?${query}`);
    return (body as { traces: { traceID: string }[] }).traces.map(({ traceID }) => traceID);
  };

  it.each([
    ["", [traceIdOfFullTrace, orphanTraceId]],
    ["tags=service.name%3Dwarehouse", [traceIdOfFullTrace]],
    ["tags=root.name%3Dload&minDuration=1s", [traceIdOfFullTrace]],
    ["tags=name%3Dorphan&maxDuration=1s", [orphanTraceId]],
    ["maxDuration=1s", [orphanTraceId]],
    ["minDuration=1ms&spss=0", [traceIdOfFullTrace]],
  ])("searches by %s", async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it("says where a query is wrong, as text", async () => {
    expect(await get("/tempo/api/search?q=%7B%20%3E%3E")).toMatchObject({
      status: 400,
      body: expect.stringContaining("TraceQL, position 3"),
    });
  });

  it("completes tags and values", async () => {
    expect((await get("/tempo/api/search/tags")).body).toMatchObject({
      tagNames: expect.arrayContaining(["db.rows", "service.name"]),
    });
    const { body } = await get("/tempo/api/v2/search/tags?scope=resource");
    expect(body).toMatchObject({ scopes: [{ name: "resource", tags: ["host.cores", "service.name"] }] });
    expect((await get("/tempo/api/search/tag/service.name/values")).body).toMatchObject({
      tagValues: ["flights", "warehouse"],
    });
    const values = async (tag: string) =>
      ((await get(`/tempo/api/v2/search/tag/${tag}/values`)).body as { tagValues: object[] }).tagValues;
    expect(await values("resource.service.name")).toContainEqual({ type: "string", value: "warehouse" });
    expect(await values("span.db.rows")).toEqual([{ type: "int", value: "12" }]);
    expect(await values(".host.cores")).toEqual([{ type: "int", value: "2" }]);
    expect(await values(encodeURIComponent(encodeURIComponent(".db.table")))).toEqual([
      { type: "string", value: "flights" },
    ]);
    expect(await values("status")).toContainEqual({ type: "keyword", value: "error" });
    expect(await values("name")).toContainEqual({ type: "string", value: "query" });
  });
});

/** protobufjs reads 64 bits as a double here; all digits are compared in trace-protobuf-writer.test.ts. */
const inexact = /^(900719925474099[23]|179514360000000000[01])$/;

interface DecodedTrace {
  resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[];
}

/** The messages as opentelemetry-proto and Tempo define them, read by an independent implementation. */
const otlp = protobuf.parse(`
  syntax = "proto3";
  message TraceByIDResponse { Trace trace = 1; Metrics metrics = 2; uint32 status = 3; string message = 4; }
  message Metrics { uint32 failedBlocks = 1; }
  message Trace { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
  message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
  message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
  message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5;
    uint32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10;
    repeated Event events = 11; uint32 dropped_events_count = 12;
    repeated Link links = 13; uint32 dropped_links_count = 14; Status status = 15; fixed32 flags = 16;
  }
  message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
  message Link {
    bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4;
    uint32 dropped_attributes_count = 5; fixed32 flags = 6;
  }
  message Status { string message = 2; uint32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
  message ArrayValue { repeated AnyValue values = 1; }
  message KeyValueList { repeated KeyValue values = 1; }
`).root;
