import { allBuckets, type Bucket } from "./bucket-bounds.ts";
import { usesCustomBuckets, type FloatHistogram } from "./float-histogram.ts";

export interface QuantileResult {
  readonly value: number;
  /** NaN observations made the result NaN, or skewed it upwards. */
  readonly nanEffect?: "result" | "skew";
}

/**
 * The value below which the share `q` of the observations lies. Buckets are interpolated exponentially, the zero bucket
 * and custom buckets linearly (Prometheus' native histogram specification).
 */
export function histogramQuantile(q: number, histogram: FloatHistogram): QuantileResult {
  if (q < 0) return { value: -Infinity };
  if (q > 1) return { value: Infinity };
  if (histogram.count === 0 || Number.isNaN(q)) return { value: NaN };
  // NaN observations are in the count but in no bucket, so ranks can only be counted from below.
  const hasNaN = Number.isNaN(histogram.sum);
  const forward = hasNaN || q < 0.5;
  const buckets = allBuckets(histogram);
  if (!forward) buckets.reverse();
  let rank = (forward ? q : 1 - q) * histogram.count;
  let count = 0;
  let at = 0;
  let bucket: Bucket = { lower: 0, upper: 0, count: 0 };
  for (; at < buckets.length; at++) {
    bucket = buckets[at] ?? bucket;
    if (bucket.count === 0) continue;
    count += bucket.count;
    if (count >= rank) break;
  }
  const bounded = boundBucket(bucket, histogram);
  if (typeof bounded === "number") return { value: bounded };
  count = Math.min(count, histogram.count);
  if (count < rank) return hasNaN ? { value: NaN, nanEffect: "result" } : { value: bounded.upper };
  rank = forward ? rank - (count - bounded.count) : count - rank;
  const value = interpolate(bounded, rank / bounded.count, histogram);
  if (!hasNaN) return { value };
  for (const rest of buckets.slice(at + 1)) count += rest.count;
  return count < histogram.count ? { value, nanEffect: "skew" } : { value };
}

/** A bucket with finite bounds to interpolate in; or the answer itself, where a bound is infinite. */
function boundBucket(bucket: Bucket, histogram: FloatHistogram): Bucket | number {
  if (usesCustomBuckets(histogram)) {
    if (bucket.lower === -Infinity) return bucket.upper <= 0 ? bucket.upper : { ...bucket, lower: 0 };
    return bucket.upper === Infinity ? bucket.lower : bucket;
  }
  return bucket.lower < 0 && bucket.upper > 0 ? halveZeroBucket(bucket, histogram) : bucket;
}

/** A histogram without negative buckets has its zero bucket on the positive side only, and the other way round. */
export function halveZeroBucket(bucket: Bucket, { negative, positive }: FloatHistogram): Bucket {
  const hasNegative = negative.indexes.length > 0;
  const hasPositive = positive.indexes.length > 0;
  if (!hasNegative && hasPositive) return { ...bucket, lower: 0 };
  return hasNegative && !hasPositive ? { ...bucket, upper: 0 } : bucket;
}

function interpolate({ lower, upper }: Bucket, fraction: number, histogram: FloatHistogram): number {
  if (usesCustomBuckets(histogram) || (lower <= 0 && upper >= 0)) return lower + (upper - lower) * fraction;
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  if (lower > 0) return 2 ** (logLower + (logUpper - logLower) * fraction);
  return -(2 ** (logUpper + (logLower - logUpper) * (1 - fraction)));
}
