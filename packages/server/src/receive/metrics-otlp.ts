import type { DeltaSums } from "../decode/metrics/delta-sums.ts";
import { decodeMetricsJson, decodeMetricsProtobuf } from "../decode/otlp/metrics.ts";
import type { DecodeOutcome } from "../decode/otlp/rejections.ts";
import type { WriteMetrics } from "./metrics-sink.ts";
import type { OtlpEncoding } from "./otlp-sink.ts";
import { RepeatedRequests } from "./repeated-requests.ts";

/** Takes the body of an ExportMetricsServiceRequest; resolves when it may be acknowledged. @throws SightglassError */
export type IngestMetrics = (request: {
  encoding: OtlpEncoding;
  body: Uint8Array;
  receivedAtMs: number;
}) => Promise<DecodeOutcome>;

/**
 * OTLP metrics into the tables of metrics.
 * @param sums where the sums of deltas stand; throws while that is not read from the store yet
 */
export function createOtlpMetrics(options: { sink: WriteMetrics; sums: () => DeltaSums }): IngestMetrics {
  const requests = new RepeatedRequests();
  return async ({ encoding, body, receivedAtMs }) => {
    const decode = encoding === "json" ? decodeMetricsJson : decodeMetricsProtobuf;
    const { written, refused, reasons } = await options.sink(receivedAtMs, (block, context) =>
      decode(body, block, { ...context, sums: options.sums, isRepeated: () => requests.isRepeated(body) }),
    );
    return {
      accepted: written.samples + written.histograms,
      rejected: refused.samples + refused.histograms,
      reasons,
    };
  };
}
