import { encodeCustomBuckets } from "../prometheus/custom-buckets.ts";
import { staleHistogram } from "./exponential-histogram.ts";
import type { HistogramPoint } from "./metric-messages.ts";

/**
 * A histogram with explicit bounds as io.prometheus.write.v2.Histogram with custom buckets (`otlp.convert_histograms_to_nhcb`).
 * One that has no buckets has all observations in that without a bound.
 */
export function customHistogram(point: HistogramPoint, { isStale }: { isStale: boolean }): Buffer {
  if (isStale) return staleHistogram(point);
  const { timeUnixNano = 0, startTimeUnixNano = 0, sum = 0 } = point;
  const { explicitBounds: bounds, bucketCounts: counts } = buckets(point);
  return encodeCustomBuckets({ bounds, counts, sum, timestampMs: timeUnixNano, startTimestampMs: startTimeUnixNano });
}

/** Why a histogram whose bounds rise cannot be one with custom buckets (Prometheus, model/histogram: Validate), or undefined. */
export function customFault(point: HistogramPoint): string | undefined {
  const { bucketCounts } = buckets(point);
  const total = bucketCounts.reduce((sum, count) => sum + count, 0);
  return total === (point.count ?? 0) ? undefined : "bucket_counts must add up to count";
}

/** Both together, in the buckets that both have: what lies between is exact, only coarser. */
export function addCustom(a: HistogramPoint, b: HistogramPoint): HistogramPoint {
  const [left, right] = [buckets(a), buckets(b)];
  const explicitBounds = left.explicitBounds.filter((bound) => right.explicitBounds.includes(bound));
  const [lefts, rights] = [inBounds(left, explicitBounds), inBounds(right, explicitBounds)];
  return {
    explicitBounds,
    bucketCounts: lefts.map((count, at) => count + rights[at]!),
    count: (a.count ?? 0) + (b.count ?? 0),
    sum: (a.sum ?? 0) + (b.sum ?? 0),
  };
}

type CustomBuckets = Required<Pick<HistogramPoint, "explicitBounds" | "bucketCounts">>;

function buckets({ explicitBounds = [], bucketCounts = [], count = 0 }: HistogramPoint): CustomBuckets {
  return bucketCounts.length > 0 ? { explicitBounds, bucketCounts } : { explicitBounds: [], bucketCounts: [count] };
}

function inBounds({ explicitBounds, bucketCounts }: CustomBuckets, bounds: readonly number[]): number[] {
  const counts = Array.from<number>({ length: bounds.length + 1 }).fill(0);
  bucketCounts.forEach((count, at) => {
    const found = bounds.findIndex((bound) => (explicitBounds[at] ?? Infinity) <= bound);
    counts[found === -1 ? bounds.length : found]! += count;
  });
  return counts;
}
