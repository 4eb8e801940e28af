import type { Hono } from "hono";
import protobuf from "protobufjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clock } from "../../model/clock.ts";
import { fullTrace, fullTraceStartNs, traceIdOfFullTrace } from "../../query/testing/full-trace.ts";
import { insertSpans, openTemporaryStore } from "../../query/testing/stored-spans.ts";
import { createTraceQueries } from "../../query/trace-queries.ts";
import type { Store } from "../../store/store.ts";
import { createApp } from "../app.ts";
import { jaegerRoutes } from "./jaeger.ts";
import { tempoRoutes } from "./tempo.ts";
import { traceRoutes } from "./traces.ts";

const clock: Clock = {
  nowMs: () => Number(fullTraceStartNs / 1_000_000n) + 60_000,
  monotonicMs: () => 0,
  after: () => () => {},
};
const startUs = Number(fullTraceStartNs / 1000n);
const startSeconds = Number(fullTraceStartNs / 1_000_000_000n);
const orphanTraceId = "00000000000000000000000000000abc";

describe("the trace APIs", () => {
  let store: Store;
  let remove: () => Promise<void>;
  let app: Hono;
  beforeAll(async () => {
    ({ store, remove } = await openTemporaryStore());
    await insertSpans(store, [
      ...fullTrace,
      {
        traceId: orphanTraceId,
        spanId: "00000000000000c1",
        parentSpanId: "00000000000000ff",
        name: "orphan",
        service: "flights",
        startNs: fullTraceStartNs - 1_000_000_000n,
        durationNs: -5n,
      },
    ]);
    const traces = createTraceQueries({ store });
    const deps = { traces, clock };
    app = createApp({ routes: [traceRoutes(deps), jaegerRoutes(deps), tempoRoutes({ ...deps, version: "0" })] });
  });
  afterAll(() => remove());

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await app.request(path, { headers });
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    const body: unknown = isJson ? await answer.json() : await answer.text();
    return { status: answer.status, body };
  };

  describe("our own", () => {
    it("finds, opens and shows", async () => {
      const { body } = await get("/api/traces?service=flights&minDuration=1s&attributes=ratio%3D0.1");
      expect(body).toMatchObject({ traces: [{ traceId: traceIdOfFullTrace, matchedSpans: 1 }], next: null });
      expect((await get(`/api/traces/${traceIdOfFullTrace.toUpperCase()}?fields=summary`)).body).toMatchObject({
        spanCount: 3,
      });
      const span = await get(`/api/traces/${traceIdOfFullTrace}/spans/a000000000000002`);
      expect(span.body).toMatchObject({ name: "insert", status: "ok", resources: [{ schemaUrl: "" }] });
    });

    it("pads short ids, and says what an id is", async () => {
      expect((await get("/api/traces/abc")).body).toMatchObject({ traceId: orphanTraceId });
      expect(await get("/api/traces/xyz")).toEqual({
        status: 400,
        body: {
          error: {
            code: "invalid_argument",
            message: '"xyz" is not a trace id',
            hint: "a trace id is up to 32 hexadecimal digits, such as 5b8efff798038103d269b633813fc60c",
          },
        },
      });
      expect((await get(`/api/traces/${"a".repeat(33)}`)).status).toBe(400);
      expect((await get("/api/traces/dead")).status).toBe(404);
      expect((await get(`/api/traces/${traceIdOfFullTrace}/spans/1`)).status).toBe(404);
    });

    it("refuses what it does not understand", async () => {
      expect((await get("/api/traces?attributes=a")).body).toMatchObject({
        error: { message: 'attribute condition "a", position 2: = and a value are missing' },
      });
      expect((await get("/api/traces?colour=red")).status).toBe(400);
      expect((await get("/api/traces?minDuration=2s&maxDuration=1s")).status).toBe(400);
      expect((await get("/api/traces?q=%7B")).body).toMatchObject({
        error: { message: "TraceQL, position 2: the query ends in the middle" },
      });
    });

    it("offers what can be searched", async () => {
      expect((await get("/api/services")).body).toMatchObject({
        services: [{ name: "flights", operations: ["insert", "load", "orphan"] }, { name: "warehouse" }],
      });
      expect((await get("/api/attributes?prefix=db.")).body).toEqual({
        keys: [
          { key: "db.rows", type: "int" },
          { key: "db.table", type: "string" },
        ],
      });
      expect((await get("/api/attributes/db.table/values")).body).toEqual({ values: ["flights"] });
    });
  });

  describe("Jaeger v1", () => {
    const envelope = { total: 0, limit: 0, offset: 0, errors: null };
    const tag = (key: string, type: string, value: unknown) => ({ key, type, value });

    it("lists services and operations", async () => {
      const services = ["flights", "warehouse"];
      expect((await get("/jaeger/api/services")).body).toEqual({ ...envelope, data: services, total: 2 });
      const names = ["insert", "load", "orphan"];
      expect((await get("/jaeger/api/services/flights/operations")).body).toEqual({
        ...envelope,
        data: names,
        total: 3,
      });
      expect((await get("/jaeger/api/operations?service=flights&spanKind=client")).body).toEqual({
        ...envelope,
        data: [{ name: "insert", spanKind: "client" }],
        total: 1,
      });
      expect((await get("/jaeger/api/operations")).status).toBe(400);
    });

    it("shapes a trace as Jaeger does", async () => {
      const { body } = await get(`/jaeger/api/traces/${traceIdOfFullTrace}`);
      const [trace] = (body as { data: { spans: object[]; processes: object }[] }).data;
      expect(body).toMatchObject({ ...envelope, data: [{ traceID: traceIdOfFullTrace, warnings: null }] });
      expect(trace?.spans[0]).toEqual({
        traceID: traceIdOfFullTrace,
        spanID: "a000000000000001",
        flags: 257,
        operationName: "load",
        references: [
          { refType: "FOLLOWS_FROM", traceID: "0000000000000000000000000000000a", spanID: "000000000000000b" },
        ],
        startTime: startUs,
        duration: 1_999_999,
        tags: [
          tag("otel.scope.name", "string", "tracer"),
          tag("otel.scope.version", "string", "2.1"),
          tag("big", "int64", "9007199254740993"),
          tag("bytes", "binary", "AAH/"),
          tag("empty", "string", ""),
          tag("hit", "bool", true),
          tag("list", "string", '[1,"a"]'),
          tag("nan", "float64", "NaN"),
          tag("pipeline.stage", "string", "load"),
          tag("ratio", "float64", 0.1),
          tag("whole", "float64", 2),
          tag("span.kind", "string", "server"),
          tag("otel.status_code", "string", "ERROR"),
          tag("error", "bool", true),
          tag("otel.status_description", "string", "table is missing"),
          tag("w3c.tracestate", "string", "vendor=1"),
        ],
        logs: [
          {
            timestamp: startUs + 500_000,
            fields: [
              tag("event", "string", "exception"),
              tag("exception.type", "string", "Missing"),
              tag("tries", "int64", 3),
            ],
          },
          { timestamp: startUs + 600_000, fields: [] },
        ],
        processID: "p1",
        warnings: null,
      });
      expect(trace?.spans[2]).toMatchObject({
        references: [{ refType: "CHILD_OF", traceID: traceIdOfFullTrace, spanID: "a000000000000002" }],
        processID: "p3",
      });
      expect(trace?.processes).toEqual({
        p1: { serviceName: "flights", tags: [tag("host.cores", "int64", 2)] },
        p2: { serviceName: "flights", tags: [] },
        p3: { serviceName: "warehouse", tags: [] },
      });
    });

    it("warns of a parent that is not there, and never shows a negative duration", async () => {
      const { body } = await get("/jaeger/api/traces/abc");
      expect(body).toMatchObject({
        data: [{ spans: [{ duration: 0, warnings: ["parent span ID=00000000000000ff is not in the trace"] }] }],
      });
    });

    it("answers 404 and 400 in its envelope", async () => {
      expect(await get("/jaeger/api/traces/dead")).toEqual({
        status: 404,
        body: { ...envelope, data: null, errors: [{ code: 404, msg: "trace not found" }] },
      });
      expect(await get("/jaeger/api/traces?service=")).toMatchObject({
        status: 400,
        body: { data: null, errors: [{ code: 400 }] },
      });
      expect((await get("/jaeger/api/traces?service=a&minDuration=5")).status).toBe(400);
      expect((await get("/jaeger/api/traces?service=a&tag=x")).status).toBe(400);
      expect((await get("/jaeger/api/traces?service=a&tags=%7B")).status).toBe(400);
    });

    const search = async (query: string) => {
      const { status, body } = await get(`/jaeger/api/traces?${query}`);
      expect(status).toBe(200);
      return (body as { data: { traceID: string }[] }).data.map(({ traceID }) => traceID);
    };

    it.each([
      ["service=flights", [traceIdOfFullTrace, orphanTraceId]],
      ["service=flights&limit=1", [traceIdOfFullTrace]],
      ["service=flights&operation=orphan", [orphanTraceId]],
      ["service=flights&minDuration=1500ms&maxDuration=2s", [traceIdOfFullTrace]],
      [`service=flights&start=${startUs - 2_000_000}&end=${startUs - 1}`, [orphanTraceId]],
      ["service=flights&tag=hit:true&tag=ratio:0.1", [traceIdOfFullTrace]],
      [`service=flights&tags=${encodeURIComponent('{"error":"true"}')}`, [traceIdOfFullTrace]],
      [`service=flights&tags=${encodeURIComponent('{"span.kind":"server","host.cores":"2"}')}`, [traceIdOfFullTrace]],
      [`service=flights&tags=${encodeURIComponent('{"exception.type":"Missing"}')}`, [traceIdOfFullTrace]],
      ["service=flights&tag=hit:false", []],
      [`traceID=abc&traceID=${traceIdOfFullTrace}`, [orphanTraceId, traceIdOfFullTrace]],
    ])("finds by %s", async (query, expected) => {
      expect(await search(query)).toEqual(expected);
    });

    it("names the ids that are unknown", async () => {
      expect((await get("/jaeger/api/traces?traceID=abc&traceID=dead")).body).toMatchObject({
        data: [{ traceID: orphanTraceId }],
        errors: [{ msg: "trace not found", traceID: "0000000000000000000000000000dead" }],
      });
    });

    it("counts calls between services", async () => {
      expect((await get(`/jaeger/api/dependencies?endTs=${startUs / 1000 + 5000}&lookback=60000`)).body).toEqual({
        ...envelope,
        data: [{ parent: "flights", child: "warehouse", callCount: 1 }],
      });
    });
  });

  describe("Jaeger v3", () => {
    it("answers OTLP/JSON", async () => {
      const { body } = await get("/jaeger/api/v3/traces/abc");
      expect(body).toEqual({
        result: {
          resourceSpans: [
            {
              resource: { attributes: [{ key: "service.name", value: { stringValue: "flights" } }] },
              scopeSpans: [
                {
                  scope: { name: "test", version: "1" },
                  spans: [
                    {
                      traceId: orphanTraceId,
                      spanId: "00000000000000c1",
                      parentSpanId: "00000000000000ff",
                      name: "orphan",
                      kind: 1,
                      startTimeUnixNano: String(fullTraceStartNs - 1_000_000_000n),
                      endTimeUnixNano: String(fullTraceStartNs - 1_000_000_005n),
                      status: {},
                    },
                  ],
                },
              ],
            },
          ],
        },
      });
      expect((await get("/jaeger/api/v3/traces/dead")).body).toEqual({
        error: { httpCode: 404, message: "No traces found" },
      });
    });

    it("lists and searches", async () => {
      expect((await get("/jaeger/api/v3/services")).body).toEqual({ services: ["flights", "warehouse"] });
      expect((await get("/jaeger/api/v3/operations?service=warehouse")).body).toEqual({
        operations: [{ name: "query", spanKind: "server" }],
      });
      const range = "query.startTimeMin=2026-11-20T02:59:00Z&query.startTimeMax=2026-11-20T03:00:00.000000001Z";
      const { body } = await get(
        `/jaeger/api/v3/traces?query.serviceName=flights&${range}&query.attributes=${encodeURIComponent('{"hit":"true"}')}`,
      );
      const { resourceSpans } = (body as { result: { resourceSpans: object[] } }).result;
      expect(resourceSpans).toHaveLength(3);
      expect((await get("/jaeger/api/v3/traces?query.serviceName=flights")).body).toEqual({
        error: { httpCode: 400, message: "query.startTimeMin and query.startTimeMax are required" },
      });
    });
  });

  describe("Tempo", () => {
    it("is there", async () => {
      expect(await get("/tempo/api/echo")).toEqual({ status: 200, body: "echo" });
      expect((await get("/tempo/ready")).status).toBe(200);
      expect((await get("/tempo/api/status/buildinfo")).body).toMatchObject({ version: "2.8.0" });
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
      const answer = await app.request(path + traceIdOfFullTrace, { headers: { accept: "application/protobuf" } });
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
