import { afterAll, describe, expect, it } from "vitest";
import { LogBlock } from "../log-block.ts";
import { TestEngine } from "../testing/engine.ts";
import { encodeMessage } from "../testing/otlp-messages.ts";
import { decodeLogsProtobuf } from "./logs.ts";

const context = { receivedAtMs: 1_700_000_000_000 };
const engine = new TestEngine();
afterAll(() => engine.close());

function decode(...logRecords: object[]) {
  const block = new LogBlock();
  const body = encodeMessage("ExportLogsServiceRequest", { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  return { block, outcome: decodeLogsProtobuf(body, block, context) };
}

function stored(block: LogBlock, columns: string): unknown[] {
  engine.execute("TRUNCATE TABLE logs");
  engine.insert(block);
  return engine.rows(`SELECT ${columns} FROM logs ORDER BY flags`);
}

describe("log records", () => {
  it("need no ids, and are rejected for ids that cannot be", () => {
    const { block, outcome } = decode(
      { flags: 1, attributes: [{ key: "k", value: { intValue: "1" } }] },
      { flags: 2, traceId: Buffer.alloc(15, 1), attributes: [{ key: "k", value: { intValue: "2" } }] },
      { flags: 3, spanId: Buffer.alloc(1), attributes: [{ key: "k", value: { intValue: "3" } }] },
      { flags: 4, traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 2) },
    );
    expect(outcome).toEqual({
      accepted: 2,
      rejected: 2,
      reasons: [
        "1 x trace_id must be empty or 16 bytes (first: resourceLogs[0].scopeLogs[0].logRecords[1])",
        "1 x span_id must be empty or 8 bytes (first: resourceLogs[0].scopeLogs[0].logRecords[2])",
      ],
    });
    expect(stored(block, "flags, lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, attributes_int")).toEqual([
      { flags: 1, trace: "0".repeat(32), span: "0".repeat(16), attributes_int: { k: "1" } },
      { flags: 4, trace: "01".repeat(16), span: "02".repeat(8), attributes_int: {} },
    ]);
  });

  it("without a time have the one when they were observed, or received", () => {
    const { block } = decode(
      { flags: 1, timeUnixNano: "1600000000000000001", observedTimeUnixNano: "1600000000000000002" },
      { flags: 2, observedTimeUnixNano: "1600000000000000003" },
      { flags: 3 },
      { flags: 4, timeUnixNano: "18446744073709551615" },
    );
    const ns = (column: string) => `toString(toUnixTimestamp64Nano(${column}))`;
    expect(stored(block, `${ns("time")} AS at, ${ns("observed_time")} AS observed`)).toEqual([
      { at: "1600000000000000001", observed: "1600000000000000002" },
      { at: "1600000000000000003", observed: "1600000000000000003" },
      { at: "1700000000000000000", observed: "1700000000000000000" },
      { at: "9223372036854775807", observed: "1700000000000000000" },
    ]);
  });

  it("announce a pipeline by the field or by the attribute event.name, the field first", () => {
    const attribute = (key: string, stringValue: string) => ({ attributes: [{ key, value: { stringValue } }] });
    const { block } = decode(
      { flags: 1, eventName: "pipeline.heartbeat" },
      { flags: 2, ...attribute("event.name", "pipeline.run.start") },
      { flags: 3, eventName: "other", ...attribute("event.name", "pipeline.run.start") },
      { flags: 4, ...attribute("event.names", "pipeline.run.start") },
      { flags: 5, ...attribute("pipeline.stage", "load") },
    );
    expect(stored(block, "event_name, is_pipeline")).toEqual([
      { event_name: "pipeline.heartbeat", is_pipeline: true },
      { event_name: "pipeline.run.start", is_pipeline: true },
      { event_name: "other", is_pipeline: false },
      { event_name: "", is_pipeline: false },
      { event_name: "", is_pipeline: false },
    ]);
  });
});
