import { decodeMetricsJson, decodeMetricsProtobuf } from "../decode/otlp/metrics.ts";
import type { Sums } from "../decode/otlp/otlp-series.ts";
import type { OtlpTranslation } from "../decode/otlp/translation.ts";
import type { WriteMetrics } from "./metrics-sink.ts";
import type { IngestMetrics } from "./otlp-sink.ts";
import type { RepeatedRequests } from "./repeated-requests.ts";

/** What deltas are added to, as it was found in the store. */
export interface DeltaState {
  readonly sums: Sums;
  readonly requests: RepeatedRequests;
}

/**
 * OTLP metrics into the tables of metrics.
 * @param options.translation asked for each request: it may be changed while the server runs
 * @param options.deltas throws while the state of deltas is not read from the store yet
 */
export function createOtlpMetrics(options: {
  sink: WriteMetrics;
  translation: () => OtlpTranslation;
  deltas: () => DeltaState;
}): IngestMetrics {
  return async ({ encoding, body, receivedAtMs }) => {
    const decode = encoding === "json" ? decodeMetricsJson : decodeMetricsProtobuf;
    const { written, refused, reasons } = await options.sink(receivedAtMs, (block, context) =>
      decode(body, block, {
        ...context,
        translation: options.translation(),
        sums: () => options.deltas().sums,
        meet: () => options.deltas().requests.meet(body),
      }),
    );
    return {
      accepted: written.samples + written.histograms,
      rejected: refused.samples + refused.histograms,
      reasons,
    };
  };
}
