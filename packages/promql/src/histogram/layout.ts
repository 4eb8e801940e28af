import { lowerBound, negativeBuckets, positiveBuckets, upperBound } from "./bucket-bounds.ts";
import { sameNumbers, usesCustomBuckets, type Buckets, type FloatHistogram } from "./float-histogram.ts";

/** Where the buckets of a histogram lie. Histograms can be added once they have the same layout. */
export interface Layout {
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly customBounds: readonly number[];
}

export interface CommonLayout extends Layout {
  /** The custom bounds differed, and only those that both have are left. */
  readonly boundsReconciled: boolean;
}

/** The finest layout that both histograms can be brought to; undefined when one has custom buckets and the other not. */
export function commonLayout(a: FloatHistogram, b: FloatHistogram): CommonLayout | undefined {
  if (usesCustomBuckets(a) !== usesCustomBuckets(b)) return undefined;
  if (usesCustomBuckets(a)) {
    const same = sameNumbers(a.customBounds, b.customBounds);
    const customBounds = same ? a.customBounds : a.customBounds.filter((bound) => b.customBounds.includes(bound));
    return { schema: a.schema, zeroThreshold: 0, customBounds, boundsReconciled: !same };
  }
  const zeroThreshold = commonZeroThreshold(a, b);
  return { schema: Math.min(a.schema, b.schema), zeroThreshold, customBounds: [], boundsReconciled: false };
}

function commonZeroThreshold(a: FloatHistogram, b: FloatHistogram): number {
  let [left, right] = [a.zeroThreshold, b.zeroThreshold];
  while (left !== right) {
    if (left > right) right = widenedThreshold(b, left);
    if (right > left) left = widenedThreshold(a, right);
  }
  return left;
}

/** A threshold may not cut a populated bucket: the next one that does not, from `threshold` upwards. */
export function widenedThreshold(histogram: FloatHistogram, threshold: number): number {
  let widened = threshold;
  for (let before = Number.NaN; before !== widened;) {
    before = widened;
    for (const bucket of positiveBuckets(histogram))
      if (bucket.count !== 0 && bucket.lower < widened && bucket.upper > widened) widened = bucket.upper;
    for (const bucket of negativeBuckets(histogram))
      if (bucket.count !== 0 && bucket.upper > -widened && bucket.lower < -widened) widened = -bucket.lower;
  }
  return widened;
}

/** The same observations in a coarser layout (one that `commonLayout` gave, or a lower schema). */
export function toLayout(histogram: FloatHistogram, layout: Layout): FloatHistogram {
  const { schema, zeroThreshold, customBounds } = layout;
  if (usesCustomBuckets(histogram)) {
    if (sameNumbers(histogram.customBounds, customBounds)) return histogram;
    const positive = regroup(histogram.positive, (index) => customIndex(histogram, index, customBounds));
    return { ...histogram, customBounds, positive };
  }
  const shift = histogram.schema - schema;
  if (shift === 0 && zeroThreshold === histogram.zeroThreshold) return histogram;
  let { zeroCount, positive, negative } = histogram;
  if (zeroThreshold > histogram.zeroThreshold) {
    const insideZero = (index: number): boolean => lowerBound(histogram, index) < zeroThreshold;
    for (const side of [positive, negative])
      side.indexes.forEach((index, at) => (zeroCount += insideZero(index) ? (side.counts[at] ?? 0) : 0));
    positive = without(positive, insideZero);
    negative = without(negative, insideZero);
  }
  const coarser = (index: number): number => ((index - 1) >> shift) + 1;
  if (shift > 0) {
    positive = regroup(positive, coarser);
    negative = regroup(negative, coarser);
  }
  return { ...histogram, schema, zeroThreshold, zeroCount, positive, negative };
}

function customIndex(histogram: FloatHistogram, index: number, bounds: readonly number[]): number {
  const upper = upperBound(histogram, index);
  const target = bounds.findIndex((bound) => bound >= upper);
  return target === -1 ? bounds.length : target;
}

function without(side: Buckets, drop: (index: number) => boolean): Buckets {
  const kept = side.indexes.flatMap((index, at) => (drop(index) ? [] : [at]));
  if (kept.length === side.indexes.length) return side;
  return { indexes: kept.map((at) => side.indexes[at] ?? 0), counts: kept.map((at) => side.counts[at] ?? 0) };
}

function regroup(side: Buckets, target: (index: number) => number): Buckets {
  const indexes: number[] = [];
  const counts: number[] = [];
  side.indexes.forEach((index, at) => {
    const to = target(index);
    const count = side.counts[at] ?? 0;
    if (indexes.at(-1) === to) counts[counts.length - 1] = (counts.at(-1) ?? 0) + count;
    else {
      indexes.push(to);
      counts.push(count);
    }
  });
  return { indexes, counts };
}
