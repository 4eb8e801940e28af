import { deltas, doubles, encodeSpans, spansOf } from "./bucket-spans.ts";
import { customBucketsSchema } from "./histogram.ts";
import { protobufMessage, zigzag } from "./protobuf-message.ts";

export interface CustomBuckets {
  /** Rising, without +Inf. */
  readonly bounds: readonly number[];
  /** Of each bound, and of +Inf; not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
  /** Left out where the sample has them. */
  readonly timestampMs?: number;
  readonly startTimestampMs?: number;
}

/** A native histogram with custom buckets (NHCB) as io.prometheus.write.v2.Histogram; of floats where a count is no whole number. */
export function encodeCustomBuckets(histogram: CustomBuckets): Buffer {
  const { bounds, counts, sum, timestampMs = 0, startTimestampMs = 0 } = histogram;
  const used = [...counts.entries()].filter(([, inBucket]) => inBucket !== 0);
  const count = counts.reduce((total, inBucket) => total + inBucket, 0);
  const inUsed = used.map(([, inBucket]) => inBucket);
  return protobufMessage({
    ...(counts.every(Number.isInteger)
      ? { 1: BigInt(count), 12: deltas(inUsed) }
      : { 2: { fixed64: doubles([count]) }, 13: doubles(inUsed) }),
    3: sum,
    4: zigzag(customBucketsSchema),
    11: encodeSpans(spansOf(used.map(([index]) => index))),
    15: BigInt(timestampMs),
    16: doubles(bounds),
    17: BigInt(startTimestampMs),
  });
}
