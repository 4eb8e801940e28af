import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fullTraceStartNs, traceIdOfFullTrace } from "../../query/testing/full-trace.ts";
import { openTraceApp, orphanTraceId, type TraceApp } from "./testing/trace-app.ts";

const startUs = Number(fullTraceStartNs / 1000n);

describe("the Jaeger API", () => {
  let opened: TraceApp;
  beforeAll(async () => {
    opened = await openTraceApp();
  });
  afterAll(() => opened.close());
  const get: TraceApp["get"] = (path) => opened.get(path);

  it("takes as many traces as Jaeger UI asks for", async () => {
    expect((await get("/jaeger/api/traces?service=flights&limit=1500")).status).toBe(200);
    expect((await get("/jaeger/api/traces?service=flights&limit=1501")).status).toBe(400);
  });

  it("says in Jaeger's own shape what is not served", async () => {
    const error = (code: number, msg: string) => ({ errors: [{ code, msg: expect.stringContaining(msg) }] });
    expect((await get("/jaeger/api/metrics/calls?service=flights")).status).toBe(501);
    expect((await get("/jaeger/api/metrics/minstep")).body).toMatchObject(error(501, "disabled"));
    expect((await get("/jaeger/api/quality-metrics")).body).toMatchObject(error(404, "nothing is at"));
    expect((await get("/jaeger/api/v3/nothing")).body).toMatchObject({ error: { httpCode: 404 } });
    const archived = await opened.app.request(`/jaeger/api/archive/${traceIdOfFullTrace}`, { method: "POST" });
    expect(archived.status).toBe(501);
    expect(await archived.json()).toMatchObject(error(501, "archive"));
    const posted = await opened.app.request("/jaeger/api/traces", { method: "POST" });
    expect(posted.status).toBe(405);
    expect(await posted.json()).toMatchObject(error(405, "does not take POST"));
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
});
