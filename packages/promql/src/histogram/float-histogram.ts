/** What a native histogram says about a reset of its counter since the sample before. */
export type CounterResetHint = "unknown" | "reset" | "not_reset" | "gauge";

/** Schema of histograms whose bucket bounds are listed (native histograms with custom buckets, NHCB). */
export const customBucketsSchema = -53;

/** Populated buckets of one side, by ascending index. */
export interface Buckets {
  readonly indexes: readonly number[];
  readonly counts: readonly number[];
}

/**
 * A native histogram with float counts. Immutable: arithmetic makes a new one.
 *
 * Exponential schemas (-4 to 8): bucket i of the positive side covers (2^((i-1)*2^-schema), 2^(i*2^-schema)], and the
 * negative side mirrors it. Custom buckets have a positive side only: bucket i covers (bounds[i-1], bounds[i]].
 */
export interface FloatHistogram {
  readonly schema: number;
  readonly count: number;
  readonly sum: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positive: Buckets;
  readonly negative: Buckets;
  /** Upper bounds, ascending, without +Inf; empty for exponential schemas. */
  readonly customBounds: readonly number[];
  readonly hint: CounterResetHint;
}

export const noBuckets: Buckets = { indexes: [], counts: [] };

export const emptyHistogram: FloatHistogram = {
  schema: 0,
  count: 0,
  sum: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  positive: noBuckets,
  negative: noBuckets,
  customBounds: [],
  hint: "unknown",
};

export const usesCustomBuckets = (histogram: FloatHistogram): boolean => histogram.schema === customBucketsSchema;

export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

const sameBuckets = (a: Buckets, b: Buckets): boolean =>
  sameNumbers(a.indexes, b.indexes) && sameNumbers(a.counts, b.counts);

/** Equal in every field but the hint; NaN sums are equal only to themselves as bits are in Prometheus. */
export function equalHistograms(a: FloatHistogram, b: FloatHistogram): boolean {
  return (
    a.schema === b.schema &&
    Object.is(a.count, b.count) &&
    Object.is(a.sum, b.sum) &&
    sameNumbers(a.customBounds, b.customBounds) &&
    a.zeroThreshold === b.zeroThreshold &&
    a.zeroCount === b.zeroCount &&
    sameBuckets(a.positive, b.positive) &&
    sameBuckets(a.negative, b.negative)
  );
}

function compactSide(side: Buckets): Buckets {
  if (!side.counts.includes(0)) return side;
  const kept = side.counts.flatMap((count, index) => (count === 0 ? [] : [index]));
  return {
    indexes: kept.map((index) => side.indexes[index] ?? 0),
    counts: kept.map((index) => side.counts[index] ?? 0),
  };
}

/** Without empty buckets. */
export function compactHistogram(histogram: FloatHistogram): FloatHistogram {
  return { ...histogram, positive: compactSide(histogram.positive), negative: compactSide(histogram.negative) };
}

export function withHint(histogram: FloatHistogram, hint: CounterResetHint): FloatHistogram {
  return histogram.hint === hint ? histogram : { ...histogram, hint };
}

/** How many samples a histogram counts for in the limit of samples: 16 bytes are one. */
export function sampleWeight(histogram: FloatHistogram): number {
  const buckets = histogram.positive.counts.length + histogram.negative.counts.length;
  return Math.max(1, Math.ceil((96 + 8 * (buckets + histogram.customBounds.length)) / 16));
}
