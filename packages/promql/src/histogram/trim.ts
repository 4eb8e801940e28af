import { negativeBuckets, positiveBuckets, zeroBucket, type Bucket } from "./bucket-bounds.ts";
import { compactHistogram, usesCustomBuckets, type Buckets, type FloatHistogram } from "./float-histogram.ts";

/** What is left of a bucket: how many observations, and the value that stands for them in the sum. */
interface Kept {
  readonly count: number;
  readonly midpoint: number;
}

type Side = "below" | "above";
type Shape = "linear" | "positive" | "negative";

/**
 * Keeps the observations below (`</`) or above (`>/`) a value. Exact on bucket bounds, interpolated between; a bucket
 * with an infinite bound is dropped where its content is unknown. Count and sum are estimated anew when anything went.
 */
export function trimHistogram(histogram: FloatHistogram, at: number, side: Side): FloatHistogram {
  const custom = usesCustomBuckets(histogram);
  const totals = { count: 0, sum: 0, trimmed: false };
  const trimSide = (buckets: readonly Bucket[], { indexes }: Buckets, shape: Shape): Buckets => {
    const counts = buckets.map((bucket) => {
      if (bucket.count === 0) return 0;
      const kept = trimBucket(bucket, at, side, shape);
      totals.count += kept.count;
      totals.sum += kept.midpoint * kept.count;
      if (kept.count !== bucket.count) totals.trimmed = true;
      return kept.count;
    });
    return { indexes, counts };
  };
  const positive = trimSide(positiveBuckets(histogram), histogram.positive, custom ? "linear" : "positive");
  const negative = trimSide(negativeBuckets(histogram), histogram.negative, custom ? "linear" : "negative");
  let { zeroCount } = histogram;
  if (zeroCount > 0) {
    const kept = trimZeroBucket(histogram, at, side);
    totals.count += kept.count;
    totals.sum += kept.midpoint * kept.count;
    if (kept.count !== zeroCount) totals.trimmed = true;
    zeroCount = kept.count;
  }
  if (!totals.trimmed) return histogram;
  return compactHistogram({ ...histogram, count: totals.count, sum: totals.sum, zeroCount, positive, negative });
}

function trimBucket(bucket: Bucket, at: number, side: Side, shape: Shape): Kept {
  const { lower, upper, count } = bucket;
  if (Number.isNaN(at)) return { count: 0, midpoint: 0 };
  const inside = side === "below" ? upper <= at : lower >= at;
  if (inside) return { count, midpoint: midpoint(lower, upper, shape) };
  const outside = side === "below" ? lower >= at : upper <= at;
  if (outside) return { count: 0, midpoint: 0 };
  if (lower === -Infinity || upper === Infinity) return trimInfiniteBucket(bucket, at, side);
  const below = count * fractionBelow(bucket, at, shape);
  return side === "below"
    ? { count: below, midpoint: midpoint(lower, at, shape) }
    : { count: count - below, midpoint: midpoint(at, upper, shape) };
}

/** The trim point lies inside a bucket without a lower or upper end. */
function trimInfiniteBucket({ lower, upper, count }: Bucket, at: number, side: Side): Kept {
  const nothing: Kept = { count: 0, midpoint: 0 };
  if (lower !== -Infinity) return side === "above" && at >= lower ? { count, midpoint: at } : nothing;
  // A positive upper bound: as everywhere with custom buckets, the first bucket is taken to start at 0.
  const startsAtZero = upper > 0 && upper !== Infinity;
  if (side === "below") {
    if (at > 0 && startsAtZero) return { count: (count * at) / upper, midpoint: at / 2 };
    return upper <= 0 ? { count, midpoint: at } : nothing;
  }
  return at >= 0 && startsAtZero ? { count: count * (1 - at / upper), midpoint: (at + upper) / 2 } : nothing;
}

function fractionBelow({ lower, upper }: Bucket, at: number, shape: Shape): number {
  if (shape === "linear") return (at - lower) / (upper - lower);
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  const logAt = Math.log2(Math.abs(at));
  if (shape === "positive") return (logAt - logLower) / (logUpper - logLower);
  return 1 - (logAt - logUpper) / (logLower - logUpper);
}

function midpoint(lower: number, upper: number, shape: Shape): number {
  if (Math.abs(lower) === Infinity) {
    if (Math.abs(upper) === Infinity) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (Math.abs(upper) === Infinity) return lower;
  if (shape === "linear") return (lower + upper) / 2;
  const geometric = Math.sqrt(Math.abs(lower * upper));
  return shape === "positive" ? geometric : -geometric;
}

function trimZeroBucket(histogram: FloatHistogram, at: number, side: Side): Kept {
  const populated = ({ counts }: Buckets): boolean => counts.some((count) => count !== 0);
  const [hasNegative, hasPositive] = [populated(histogram.negative), populated(histogram.positive)];
  const { count, lower: start, upper: end } = zeroBucket(histogram);
  const lower = hasPositive && !hasNegative ? 0 : start;
  const upper = hasNegative && !hasPositive ? 0 : end;
  const whole: Kept = { count, midpoint: (lower + upper) / 2 };
  const nothing: Kept = { count: 0, midpoint: 0 };
  if (at <= lower) return side === "below" ? nothing : whole;
  if (at >= upper) return side === "below" ? whole : nothing;
  return side === "below"
    ? { count: (count * (at - lower)) / (upper - lower), midpoint: (lower + at) / 2 }
    : { count: (count * (upper - at)) / (upper - lower), midpoint: (at + upper) / 2 };
}
