import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { traceIdOfFullTrace } from "../../query/testing/full-trace.ts";
import { openTraceApp, orphanTraceId, type TraceApp } from "./testing/trace-app.ts";

describe("our own trace API", () => {
  let opened: TraceApp;
  beforeAll(async () => {
    opened = await openTraceApp();
  });
  afterAll(() => opened.close());
  const get: TraceApp["get"] = (path) => opened.get(path);

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
