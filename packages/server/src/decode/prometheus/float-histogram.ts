import type { Buckets, FloatHistogram } from "@sightglass/promql";
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
    8: spansOf(negative),
    10: doubles(negative.counts),
    11: spansOf(positive),
    13: doubles(positive.counts),
    14: hints[hint],
    15: BigInt(timeMs),
    16: doubles(customBounds),
  });
}

/** Consecutive indexes as spans, each with its distance from the one before. */
function spansOf({ indexes }: Buckets): Buffer[] {
  const spans: { offset: number; length: number }[] = [];
  let end = 0;
  for (const index of indexes) {
    const last = spans.at(-1);
    if (last !== undefined && index === end) last.length++;
    else spans.push({ offset: index - end, length: 1 });
    end = index + 1;
  }
  return spans.map(({ offset, length }) => protobufMessage({ 1: zigzag(offset), 2: BigInt(length) }));
}

const doubles = (values: readonly number[]): Buffer => Buffer.from(new Float64Array(values).buffer);
