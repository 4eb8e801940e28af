/** A bucket of a classic histogram: how many observations were at most `upperBound`. */
export interface ClassicBucket {
  readonly upperBound: number;
  count: number;
}

/** What had to be mended before the counts rose with the bounds. */
export interface MonotonicityFix {
  readonly lowestBound: number;
  readonly highestBound: number;
  readonly largestDrop: number;
}

export interface BucketQuantile {
  readonly value: number;
  readonly forced?: MonotonicityFix;
}

const smallDeltaTolerance = 1e-12;

/** Sorted by bound, buckets of the same bound added up; undefined without a +Inf bucket. */
function prepare(buckets: readonly ClassicBucket[]): ClassicBucket[] | undefined {
  const sorted = [...buckets].sort((a, b) => a.upperBound - b.upperBound || 0);
  if (sorted.at(-1)?.upperBound !== Infinity) return undefined;
  const merged: ClassicBucket[] = [];
  for (const bucket of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && last.upperBound === bucket.upperBound) last.count += bucket.count;
    else merged.push({ ...bucket });
  }
  return merged;
}

/** Linear interpolation inside the bucket that holds the rank; the lowest one starts at 0 if its bound is positive. */
export function bucketQuantile(q: number, given: readonly ClassicBucket[]): BucketQuantile {
  if (Number.isNaN(q)) return { value: NaN };
  if (q < 0) return { value: -Infinity };
  if (q > 1) return { value: Infinity };
  const buckets = prepare(given);
  if (buckets === undefined) return { value: NaN };
  const forced = ensureMonotonic(buckets);
  const withFix = (value: number): BucketQuantile => (forced === undefined ? { value } : { value, forced });
  const last = buckets.length - 1;
  const observations = buckets[last]?.count ?? 0;
  if (buckets.length < 2 || observations === 0) return withFix(NaN);
  const rank = q * observations;
  const found = buckets.findIndex((bucket) => bucket.count >= rank);
  const at = found === -1 || found > last ? last : found;
  const bound = (index: number): number => buckets[index]?.upperBound ?? 0;
  if (at === last) return withFix(bound(last - 1));
  if (at === 0 && bound(0) <= 0) return withFix(bound(0));
  const start = at === 0 ? 0 : bound(at - 1);
  const below = at === 0 ? 0 : (buckets[at - 1]?.count ?? 0);
  const count = (buckets[at]?.count ?? 0) - below;
  return withFix(start + (bound(at) - start) * ((rank - below) / count));
}

function ensureMonotonic(buckets: ClassicBucket[]): MonotonicityFix | undefined {
  let previous = buckets[0]?.count ?? 0;
  let fix: MonotonicityFix | undefined;
  for (const bucket of buckets.slice(1)) {
    if (bucket.count === previous) continue;
    const difference = Math.abs(bucket.count - previous);
    if (difference <= smallDeltaTolerance * (Math.abs(bucket.count) + Math.abs(previous))) {
      bucket.count = previous;
    } else if (bucket.count < previous) {
      fix = {
        lowestBound: Math.min(fix?.lowestBound ?? Infinity, bucket.upperBound),
        highestBound: Math.max(fix?.highestBound ?? -Infinity, bucket.upperBound),
        largestDrop: Math.max(fix?.largestDrop ?? 0, difference),
      };
      bucket.count = previous;
    } else previous = bucket.count;
  }
  return fix;
}

/** The share of the observations between two values. */
export function bucketFraction(lower: number, upper: number, given: readonly ClassicBucket[]): number {
  const buckets = prepare(given);
  const count = buckets?.at(-1)?.count ?? 0;
  if (buckets === undefined || count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return NaN;
  if (lower >= upper) return 0;
  const lowerRank = Math.min(rankAt(lower, buckets) ?? count, count);
  const upperRank = Math.min(rankAt(upper, buckets) ?? count, count);
  return (upperRank - lowerRank) / count;
}

function rankAt(value: number, buckets: readonly ClassicBucket[]): number | undefined {
  let rank = 0;
  let start = (buckets[0]?.upperBound ?? 0) <= 0 ? -Infinity : 0;
  for (const { upperBound, count } of buckets) {
    if (start >= value) return rank;
    if (upperBound > value)
      return start === -Infinity ? count : rank + ((count - rank) * (value - start)) / (upperBound - start);
    rank = count;
    start = upperBound;
  }
  return undefined;
}
