import { LogBlock } from "../decode/log-block.ts";
import { decodeLogsSteps } from "../decode/otlp/logs.ts";
import type { DecodeOutcome } from "../decode/otlp/rejections.ts";
import { decodeTracesSteps } from "../decode/otlp/traces.ts";
import type { Redaction } from "../decode/redact/redaction.ts";
import { SpanBlock } from "../decode/span-block.ts";
import { finish, type Steps } from "../decode/steps.ts";
import type { Clock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";
import type { Signal } from "../model/signal.ts";
import type { Gate } from "./gate.ts";
import { inSlices } from "./in-slices.ts";

/**
 * Runs `write` on the open block and resolves when its rows are durable; a throw leaves nothing behind.
 * @throws SightglassError spool_full, spool_unwritable, unavailable
 */
export type Append<Block> = (write: (block: Block) => DecodeOutcome) => Promise<DecodeOutcome>;

/** Takes the body of an ExportMetricsServiceRequest; resolves when it may be acknowledged. @throws SightglassError */
export type IngestMetrics = (request: {
  encoding: OtlpEncoding;
  body: Uint8Array;
  receivedAtMs: number;
}) => Promise<DecodeOutcome>;

/** Where decoded requests go. */
export interface OtlpSink {
  readonly spans: Append<SpanBlock>;
  readonly logs: Append<LogBlock>;
  readonly metrics: IngestMetrics;
}

export interface IngestContext {
  readonly sink: OtlpSink;
  readonly clock: Clock;
  /** Large bodies take turns: each needs a block of its own, and together they would not be decoded any sooner. */
  readonly largeBodies: Gate;
  /** As the sink's blocks have it. */
  readonly redaction?: Redaction;
}

export type OtlpEncoding = "protobuf" | "json";

/**
 * Decodes the body of an export request into the sink. Resolves when the request may be acknowledged.
 * @throws SightglassError
 */
export function ingest(
  context: IngestContext,
  request: { signal: Signal; encoding: OtlpEncoding; body: Uint8Array; receivedAtMs: number },
): Promise<DecodeOutcome> {
  const { sink, redaction } = context;
  const { signal, encoding, body } = request;
  if (signal === "metrics") return sink.metrics(request);
  if (signal === "spans") {
    const decode = (block: SpanBlock) => decodeTracesSteps(encoding, body, block, request);
    return append(context, { to: sink.spans, newBlock: () => new SpanBlock(redaction), decode, bytes: body.length });
  }
  const decode = (block: LogBlock) => decodeLogsSteps(encoding, body, block, request);
  return append(context, { to: sink.logs, newBlock: () => new LogBlock(redaction), decode, bytes: body.length });
}

interface Decoding<Block> {
  to: Append<Block>;
  newBlock: () => Block;
  decode: (block: Block) => Steps<DecodeOutcome>;
  bytes: number;
}

/** A large body is decoded into a block of its own, between other work, and then appended as a whole. */
async function append<Block extends { appendAll(from: Block): void }>(
  { clock, largeBodies }: IngestContext,
  { to, newBlock, decode, bytes }: Decoding<Block>,
): Promise<DecodeOutcome> {
  if (bytes <= limits.decodeAtOnceBytesMax.value) return to((block) => finish(decode(block)));
  return largeBodies.run(async () => {
    const own = newBlock();
    const outcome = await inSlices(decode(own), clock);
    return to((block) => {
      block.appendAll(own);
      return outcome;
    });
  });
}
