import * as fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { LogBlock } from "../log-block.ts";
import { SpanBlock } from "../span-block.ts";
import { TestEngine } from "../testing/engine.ts";
import { logsRequest, traceRequest } from "../testing/otlp-arbitraries.ts";
import { encodeMessage } from "../testing/otlp-messages.ts";
import {
  expectedLog,
  expectedSpan,
  readLog,
  readSpan,
  storedLogSql,
  storedSpanSql,
  type StoredRow,
} from "../testing/stored.ts";
import { decodeLogsProtobuf } from "./logs.ts";
import { decodeTracesProtobuf } from "./traces.ts";

const context = { receivedAtMs: 1_700_000_000_123 };
const receivedAtNs = "1700000000123000000";
const requestsPerBlock = 300;

const engine = new TestEngine();
afterAll(() => engine.close());
beforeEach(() => {
  engine.execute("TRUNCATE TABLE spans");
  engine.execute("TRUNCATE TABLE logs");
});

describe("what the engine stores", () => {
  it("is every field of every span that was sent", () => {
    const block = new SpanBlock();
    const expected: object[] = [];
    for (const request of fc.sample(traceRequest, { numRuns: requestsPerBlock, seed: 7 })) {
      for (const { resource, scopeSpans, schemaUrl: resourceSchemaUrl } of request.resourceSpans) {
        for (const { scope, spans, schemaUrl: scopeSchemaUrl } of scopeSpans) {
          for (const span of spans) {
            // Numbered, to read them back in order.
            span.spanId = Buffer.from((expected.length + 1).toString(16).padStart(16, "0"), "hex");
            expected.push(expectedSpan(span, { resource, resourceSchemaUrl, scope, scopeSchemaUrl }));
          }
        }
      }
      decodeTracesProtobuf(encodeMessage("ExportTraceServiceRequest", request), block, context);
    }
    expect(block.rowCount).toBe(expected.length);
    expect(expected.length).toBeGreaterThan(requestsPerBlock);
    engine.insert(block);
    const stored = engine.rows<StoredRow>(storedSpanSql);
    expect(stored[0]?.["received_at"]).toBe("2023-11-14 22:13:20.123");
    expect(stored.map(readSpan)).toEqual(expected);
  });

  it("is every field of every log record that was sent", () => {
    const block = new LogBlock();
    const expected: object[] = [];
    for (const request of fc.sample(logsRequest, { numRuns: requestsPerBlock, seed: 8 })) {
      for (const { resource, scopeLogs, schemaUrl: resourceSchemaUrl } of request.resourceLogs) {
        for (const { scope, logRecords, schemaUrl: scopeSchemaUrl } of scopeLogs) {
          for (const record of logRecords) {
            record.flags = expected.length;
            expected.push(expectedLog(record, { resource, resourceSchemaUrl, scope, scopeSchemaUrl }, receivedAtNs));
          }
        }
      }
      decodeLogsProtobuf(encodeMessage("ExportLogsServiceRequest", request), block, context);
    }
    expect(expected.length).toBeGreaterThan(requestsPerBlock);
    engine.insert(block);
    expect(engine.rows<StoredRow>(storedLogSql).map(readLog)).toEqual(expected);
  });
});
