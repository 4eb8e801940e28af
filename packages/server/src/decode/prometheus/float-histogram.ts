import type { FloatHistogram } from "@sightglass/promql";
import { doubles, encodeSpans, spansOf } from "./bucket-spans.ts";
import { protobufMessage, zigzag } from "./protobuf-message.ts";

const hints: Readonly<Record<FloatHistogram["hint"], bigint>> = { unknown: 0n, reset: 1n, not_reset: 2n, gauge: 3n };

/**
 * A histogram of the query engine as io.prometheus.write.v2.Histogram, with float counts. Remote write 1.0 and remote read have
 * the same fields (prometheus.Histogram).
 */
export function encodeFloatHistogram(histogram: FloatHistogram, timeMs: number): Buffer {
  const { schema, count, sum, zeroThreshold, zeroCount, positive, negative, customBounds, hint } = histogram;
  return protobufMessage({
    // Set also where it is 0: the field tells floats from integers.
    2: { fixed64: doubles([count]) },
    3: { fixed64: doubles([sum]) },
    4: zigzag(schema),
    5: zeroThreshold,
    7: { fixed64: doubles([zeroCount]) },
    8: encodeSpans(spansOf(negative.indexes)),
    10: doubles(negative.counts),
    11: encodeSpans(spansOf(positive.indexes)),
    13: doubles(positive.counts),
    14: hints[hint],
    15: BigInt(timeMs),
    16: doubles(customBounds),
  });
}
