import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LogBlock } from "../../log-block.ts";
import { SpanBlock } from "../../span-block.ts";
import { logsRequest, traceRequest } from "../../testing/otlp-arbitraries.ts";
import { encodeMessage } from "../../testing/otlp-messages.ts";
import { toOtlpJson } from "../../testing/otlp-source.ts";
import { SeededRandom } from "../../testing/random.ts";
import { decodeLogsJson, decodeLogsProtobuf } from "../logs.ts";
import { decodeTracesJson, decodeTracesProtobuf } from "../traces.ts";

const context = { receivedAtMs: 1_700_000_000_000 };

describe("JSON gives the very block that protobuf gives", () => {
  it("for traces", () => {
    fc.assert(
      fc.property(traceRequest, fc.nat(), (request, seed) => {
        const fromProtobuf = new SpanBlock();
        const fromJson = new SpanBlock();
        decodeTracesProtobuf(encodeMessage("ExportTraceServiceRequest", request), fromProtobuf, context);
        decodeTracesJson(Buffer.from(toOtlpJson(request, new SeededRandom(seed))), fromJson, context);
        expect(Buffer.concat(fromJson.encode()).equals(Buffer.concat(fromProtobuf.encode()))).toBe(true);
      }),
      { numRuns: 500, seed: 11 },
    );
  });

  it("for logs", () => {
    fc.assert(
      fc.property(logsRequest, fc.nat(), (request, seed) => {
        const fromProtobuf = new LogBlock();
        const fromJson = new LogBlock();
        decodeLogsProtobuf(encodeMessage("ExportLogsServiceRequest", request), fromProtobuf, context);
        decodeLogsJson(Buffer.from(toOtlpJson(request, new SeededRandom(seed))), fromJson, context);
        expect(Buffer.concat(fromJson.encode()).equals(Buffer.concat(fromProtobuf.encode()))).toBe(true);
      }),
      { numRuns: 500, seed: 12 },
    );
  });
});
