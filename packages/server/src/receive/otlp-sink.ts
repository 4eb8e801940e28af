import type { LogBlock } from "../decode/log-block.ts";
import { decodeLogsJson, decodeLogsProtobuf } from "../decode/otlp/logs.ts";
import type { DecodeOutcome } from "../decode/otlp/rejections.ts";
import { decodeTracesJson, decodeTracesProtobuf } from "../decode/otlp/traces.ts";
import type { SpanBlock } from "../decode/span-block.ts";
import type { Signal } from "../model/signal.ts";
import type { IngestMetrics } from "./metrics-otlp.ts";

/**
 * Runs `write` on the open block and resolves when its rows are durable; a throw leaves nothing behind.
 * @throws SightglassError spool_full, spool_unwritable, unavailable
 */
export type Append<Block> = (write: (block: Block) => DecodeOutcome) => Promise<DecodeOutcome>;

/** Where decoded requests go. */
export interface OtlpSink {
  readonly spans: Append<SpanBlock>;
  readonly logs: Append<LogBlock>;
  readonly metrics: IngestMetrics;
}

export type OtlpEncoding = "protobuf" | "json";

/**
 * Decodes the body of an export request into the sink. Resolves when the request may be acknowledged.
 * @throws SightglassError
 */
export function ingest(
  sink: OtlpSink,
  request: { signal: Signal; encoding: OtlpEncoding; body: Uint8Array; receivedAtMs: number },
): Promise<DecodeOutcome> {
  const { signal, encoding, body, receivedAtMs } = request;
  if (signal === "metrics") return sink.metrics(request);
  const context = { receivedAtMs };
  if (signal === "spans") {
    const decode = encoding === "json" ? decodeTracesJson : decodeTracesProtobuf;
    return sink.spans((block) => decode(body, block, context));
  }
  const decode = encoding === "json" ? decodeLogsJson : decodeLogsProtobuf;
  return sink.logs((block) => decode(body, block, context));
}
