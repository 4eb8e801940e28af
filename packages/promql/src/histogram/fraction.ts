import { allBuckets, type Bucket } from "./bucket-bounds.ts";
import { usesCustomBuckets, type FloatHistogram } from "./float-histogram.ts";
import { halveZeroBucket } from "./quantile.ts";

export interface FractionResult {
  readonly value: number;
  /** NaN observations belong to no fraction. */
  readonly hasNaN: boolean;
}

/** The share of the observations between two values, with the interpolation of `histogramQuantile`. */
export function histogramFraction(lower: number, upper: number, histogram: FloatHistogram): FractionResult {
  if (histogram.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return { value: NaN, hasNaN: false };
  if (lower >= upper) return { value: 0, hasNaN: false };
  const buckets = allBuckets(histogram);
  const rankOf = (value: number): number | undefined => rankAt(value, buckets, histogram);
  let count = histogram.count;
  let hasNaN = false;
  if (Number.isNaN(histogram.sum)) {
    const inBuckets = buckets.reduce((total, bucket) => total + bucket.count, 0);
    hasNaN = inBuckets < histogram.count;
    count = inBuckets;
  }
  const lowerRank = Math.min(rankOf(lower) ?? count, count);
  const upperRank = Math.min(rankOf(upper) ?? count, count);
  return { value: (upperRank - lowerRank) / histogram.count, hasNaN };
}

/** How many observations are below a value; undefined when the value is above all buckets. */
function rankAt(value: number, buckets: readonly Bucket[], histogram: FloatHistogram): number | undefined {
  let rank = 0;
  for (const each of buckets) {
    const isZero = each.lower <= 0 && each.upper >= 0;
    const bucket = isZero ? halveZeroBucket(each, histogram) : each;
    if (bucket.lower >= value) return rank;
    if (bucket.upper > value)
      return usesCustomBuckets(histogram) || isZero
        ? linearRank(value, bucket, rank)
        : exponentialRank(value, bucket, rank);
    rank += bucket.count;
  }
  return undefined;
}

/** An infinite bucket cannot be divided: nothing of the last one counts, all of the first one does. */
function linearRank(value: number, { lower, upper, count }: Bucket, rank: number): number {
  return lower === -Infinity ? count : rank + (count * (value - lower)) / (upper - lower);
}

function exponentialRank(value: number, { lower, upper, count }: Bucket, rank: number): number {
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  const logValue = Math.log2(Math.abs(value));
  const fraction =
    value > 0 ? (logValue - logLower) / (logUpper - logLower) : 1 - (logValue - logUpper) / (logLower - logUpper);
  return rank + count * fraction;
}
