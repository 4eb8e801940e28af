import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TraceResponse } from "../http/contract.ts";
import type { Store } from "../store/store.ts";
import { insertSpans, openTemporaryStore, type SpanFixture } from "./testing/stored-spans.ts";
import { findSpan, openTraceDocument } from "./trace-document.ts";
import { fullTrace, traceIdOfFullTrace } from "./testing/full-trace.ts";

const bigTraceId = "0000000000000000000000000000b161";
const bigTraceSpans = 100_000;

describe("a trace by its id", () => {
  let store: Store;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ store, remove } = await openTemporaryStore());
    await insertSpans(store, fullTrace);
    await store.execute(`
      INSERT INTO spans (received_at, start_time, duration_ns, trace_id, span_id, parent_span_id, name, service, resource,
        scope, attributes_string)
      SELECT fromUnixTimestamp64Nano(start, 'UTC'), fromUnixTimestamp64Nano(start, 'UTC'), 1000,
        toFixedString(unhex('${bigTraceId}'), 16), toFixedString(unhex(leftPad(hex(number + 1), 16, '0')), 8),
        toFixedString('', 8), 'work', concat('s', toString(number % 3)),
        concat('{"attributes":{"n":', toString(number % 3), '},"droppedAttributesCount":0,"schemaUrl":""}'), '',
        map('text', repeat('x', 500))
      FROM (SELECT number, 1700000000000000000 + intDiv(number, 4) * 1000000 AS start FROM numbers(${bigTraceSpans}))`);
  });
  afterAll(() => remove());

  const read = async (traceId: string, fields: "all" | "summary" = "all"): Promise<TraceResponse | null> => {
    const pieces = await openTraceDocument(store, traceId, { fields });
    if (pieces === null) return null;
    let text = "";
    for await (const piece of pieces) text += piece;
    return JSON.parse(text) as TraceResponse;
  };

  it("gives every part of a span back as it was", async () => {
    const trace = await read(traceIdOfFullTrace);
    expect(trace).toMatchObject({
      traceId: traceIdOfFullTrace,
      startedAt: "2026-11-20T03:00:00.000Z",
      durationNs: "1999999999",
      spanCount: 3,
      runId: null,
    });
    expect(trace?.spans[0]).toEqual({
      spanId: "a000000000000001",
      parentSpanId: "",
      name: "load",
      kind: "server",
      service: "flights",
      startTimeUnixNano: "1795143600000000001",
      durationNs: 1_999_999_999,
      status: "error",
      resource: 0,
      scope: 0,
      eventCount: 2,
      linkCount: 1,
      stage: "load",
      traceState: "vendor=1",
      flags: 257,
      statusMessage: "table is missing",
      attributes: [
        { key: "big", value: { intValue: "9007199254740993" } },
        { key: "bytes", value: { bytesValue: "AAH/" } },
        { key: "empty", value: {} },
        { key: "hit", value: { boolValue: true } },
        { key: "list", value: { arrayValue: { values: [{ intValue: "1" }, { stringValue: "a" }] } } },
        { key: "nan", value: { doubleValue: "NaN" } },
        { key: "pipeline.stage", value: { stringValue: "load" } },
        { key: "ratio", value: { doubleValue: 0.1 } },
        { key: "whole", value: { doubleValue: 2 } },
      ],
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
        { timeUnixNano: "1795143600600000000", name: "", attributes: [], droppedAttributesCount: 0 },
      ],
      links: [
        {
          traceId: "0000000000000000000000000000000a",
          spanId: "000000000000000b",
          traceState: "x=y",
          flags: 1,
          attributes: [{ key: "why", value: { stringValue: "retry" } }],
          droppedAttributesCount: 4,
        },
      ],
      droppedAttributesCount: 5,
      droppedEventsCount: 6,
      droppedLinksCount: 7,
    });
    expect(trace?.resources).toEqual([
      {
        attributes: [
          { key: "service.name", value: { stringValue: "flights" } },
          { key: "host.cores", value: { intValue: "2" } },
        ],
        droppedAttributesCount: 1,
        schemaUrl: "https://opentelemetry.io/schemas/1.30.0",
      },
      ...["flights", "warehouse"].map((service) => ({
        attributes: [{ key: "service.name", value: { stringValue: service } }],
        droppedAttributesCount: 0,
        schemaUrl: "",
      })),
    ]);
    expect(trace?.scopes).toEqual([
      {
        name: "tracer",
        version: "2.1",
        attributes: [{ key: "team", value: { stringValue: "data" } }],
        droppedAttributesCount: 0,
        schemaUrl: "",
      },
      { name: "test", version: "1", attributes: [], droppedAttributesCount: 0, schemaUrl: "" },
    ]);
  });

  it("orders by start, and gives a span that was sent twice once", async () => {
    await insertSpans(store, [fullTrace[1] as SpanFixture]);
    const trace = await read(traceIdOfFullTrace);
    expect(trace?.spanCount).toBe(3);
    expect(trace?.spans.map((span) => span.spanId)).toEqual([
      "a000000000000001",
      "a000000000000002",
      "a000000000000003",
    ]);
  });

  it("leaves the heavy parts out of a summary", async () => {
    const trace = await read(traceIdOfFullTrace, "summary");
    expect(trace?.spans[0]).toEqual({
      spanId: "a000000000000001",
      parentSpanId: "",
      name: "load",
      kind: "server",
      service: "flights",
      startTimeUnixNano: "1795143600000000001",
      durationNs: 1_999_999_999,
      status: "error",
      resource: 0,
      scope: 0,
      eventCount: 2,
      linkCount: 1,
      stage: "load",
    });
    expect(trace?.resources).toHaveLength(3);
  });

  it("knows no trace that is not stored", async () => {
    expect(await read("00000000000000000000000000000bad")).toBeNull();
    expect(await findSpan(store, { traceId: traceIdOfFullTrace, spanId: "00000000000000ff" })).toBeNull();
  });

  it("finds one span with its own resource", async () => {
    const span = await findSpan(store, { traceId: traceIdOfFullTrace, spanId: "a000000000000003" });
    expect(span).toMatchObject({ name: "query", parentSpanId: "a000000000000002", resource: 0, scope: 0 });
    expect(span?.resources[0]?.attributes).toEqual([{ key: "service.name", value: { stringValue: "warehouse" } }]);
  });

  it("streams 100,000 spans once each, in pieces of bounded size", { timeout: 120_000 }, async () => {
    const pieces = await openTraceDocument(store, bigTraceId, { fields: "all" });
    let largest = 0;
    let text = "";
    for await (const piece of pieces ?? []) {
      largest = Math.max(largest, piece.length);
      text += piece;
    }
    // 2,000 spans of 500 characters and what is around them: the whole is fifty times that.
    expect(largest).toBeLessThan(3_000_000);
    expect(text.length).toBeGreaterThan(50_000_000);
    const trace = JSON.parse(text) as TraceResponse;
    expect(trace.spanCount).toBe(bigTraceSpans);
    expect(new Set(trace.spans.map((span) => span.spanId)).size).toBe(bigTraceSpans);
    expect(
      trace.spans.every(
        (span, i) => i === 0 || span.startTimeUnixNano >= (trace.spans[i - 1]?.startTimeUnixNano ?? ""),
      ),
    ).toBe(true);
    expect(trace.resources).toHaveLength(3);
    const summary = await read(bigTraceId, "summary");
    expect(summary?.spans.length).toBe(bigTraceSpans);
  });
});
