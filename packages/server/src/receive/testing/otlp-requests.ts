import { encodeMessage } from "../../decode/testing/otlp-messages.ts";

const span = (index: number, fields: object) => ({
  traceId: Buffer.alloc(16, index + 1),
  spanId: Buffer.alloc(8, index + 1),
  name: `span ${index}`,
  startTimeUnixNano: "1700000000000000000",
  endTimeUnixNano: "1700000000500000000",
  ...fields,
});

/** An ExportTraceServiceRequest in protobuf; `bad` spans at its end have a trace id of zeros. */
export function traceBody({ good = 1, bad = 0 }: { good?: number; bad?: number } = {}): Buffer {
  const spans = Array.from({ length: good + bad }, (_, index) =>
    span(index, index < good ? {} : { traceId: Buffer.alloc(16) }),
  );
  return Buffer.from(encodeMessage("ExportTraceServiceRequest", { resourceSpans: [{ scopeSpans: [{ spans }] }] }));
}

export function logBody({ good = 1, bad = 0 }: { good?: number; bad?: number } = {}): Buffer {
  const logRecords = Array.from({ length: good + bad }, (_, index) => ({
    body: { stringValue: `record ${index}` },
    ...(index >= good && { traceId: Buffer.alloc(5) }),
  }));
  return Buffer.from(encodeMessage("ExportLogsServiceRequest", { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
}

export const traceJson = JSON.stringify({
  resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: "0a".repeat(16), spanId: "0B".repeat(8), name: "json" }] }] }],
});
