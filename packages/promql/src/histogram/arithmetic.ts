import type { Buckets, CounterResetHint, FloatHistogram } from "./float-histogram.ts";
import { noBuckets } from "./float-histogram.ts";
import { commonLayout, toLayout, type Layout } from "./layout.ts";

export interface Combined {
  readonly histogram: FloatHistogram;
  /** One said reset, the other not reset. */
  readonly resetCollision: boolean;
  readonly boundsReconciled: boolean;
}

/** a + b, or undefined when exponential and custom buckets meet. */
export const addHistograms = (a: FloatHistogram, b: FloatHistogram): Combined | undefined => combine(a, b, 1);

/** a - b; the hint is that of a sum, and the caller decides what it makes of it. */
export const subtractHistograms = (a: FloatHistogram, b: FloatHistogram): Combined | undefined => combine(a, b, -1);

function combine(a: FloatHistogram, b: FloatHistogram, sign: 1 | -1): Combined | undefined {
  const layout = commonLayout(a, b);
  if (layout === undefined) return undefined;
  const left = toLayout(a, layout);
  const right = toLayout(b, layout);
  const { hint, collision } = combinedHint(a.hint, b.hint);
  return {
    resetCollision: collision,
    boundsReconciled: layout.boundsReconciled,
    histogram: {
      ...left,
      hint,
      count: left.count + sign * right.count,
      sum: left.sum + sign * right.sum,
      zeroCount: left.zeroCount + sign * right.zeroCount,
      positive: mergeSides(left.positive, right.positive, sign),
      negative: mergeSides(left.negative, right.negative, sign),
    },
  };
}

export function combinedHint(
  a: CounterResetHint,
  b: CounterResetHint,
): { readonly hint: CounterResetHint; readonly collision: boolean } {
  if (a === b) return { hint: a, collision: false };
  if (a === "gauge" || b === "gauge") return { hint: "gauge", collision: false };
  return { hint: "unknown", collision: a !== "unknown" && b !== "unknown" };
}

/** Calls `visit` for every index that either side has, ascending; a missing bucket counts 0. */
export function forEachIndex(
  a: Buckets,
  b: Buckets,
  visit: (index: number, left: number, right: number) => void,
): void {
  let [i, j] = [0, 0];
  while (i < a.indexes.length || j < b.indexes.length) {
    const left = a.indexes[i] ?? Infinity;
    const right = b.indexes[j] ?? Infinity;
    const index = Math.min(left, right);
    visit(index, left === index ? (a.counts[i] ?? 0) : 0, right === index ? (b.counts[j] ?? 0) : 0);
    if (left === index) i++;
    if (right === index) j++;
  }
}

function mergeSides(a: Buckets, b: Buckets, sign: 1 | -1): Buckets {
  if (b.indexes.length === 0) return a;
  const indexes: number[] = [];
  const counts: number[] = [];
  forEachIndex(a, b, (index, left, right) => {
    indexes.push(index);
    counts.push(left + sign * right);
  });
  return { indexes, counts };
}

function mapCounts(histogram: FloatHistogram, change: (value: number) => number): FloatHistogram {
  const side = (buckets: Buckets): Buckets => ({ indexes: buckets.indexes, counts: buckets.counts.map(change) });
  return {
    ...histogram,
    count: change(histogram.count),
    sum: change(histogram.sum),
    zeroCount: change(histogram.zeroCount),
    positive: side(histogram.positive),
    negative: side(histogram.negative),
  };
}

/** A negative factor makes a gauge of a counter. */
export function multiplyHistogram(histogram: FloatHistogram, factor: number): FloatHistogram {
  const scaled = mapCounts(histogram, (value) => value * factor);
  return factor < 0 ? { ...scaled, hint: "gauge" } : scaled;
}

/** Division by zero leaves no buckets. */
export function divideHistogram(histogram: FloatHistogram, divisor: number): FloatHistogram {
  const scaled = mapCounts(histogram, (value) => value / divisor);
  if (divisor === 0) return { ...scaled, positive: noBuckets, negative: noBuckets };
  return divisor < 0 ? { ...scaled, hint: "gauge" } : scaled;
}

/** The same observations in the resolution of a lower schema. */
export function reduceToSchema(histogram: FloatHistogram, schema: number): FloatHistogram {
  if (schema >= histogram.schema) return histogram;
  const layout: Layout = { schema, zeroThreshold: histogram.zeroThreshold, customBounds: histogram.customBounds };
  return toLayout(histogram, layout);
}

export function hasOverflow(histogram: FloatHistogram): boolean {
  const infinite = (value: number): boolean => Math.abs(value) === Infinity;
  return (
    infinite(histogram.count) ||
    infinite(histogram.sum) ||
    infinite(histogram.zeroCount) ||
    histogram.positive.counts.some(infinite) ||
    histogram.negative.counts.some(infinite)
  );
}
