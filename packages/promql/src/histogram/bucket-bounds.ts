import { usesCustomBuckets, type Buckets, type FloatHistogram } from "./float-histogram.ts";

export interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

const exponentMax = 1024;

/** Upper bound of the positive bucket with an index, under an exponential schema. */
export function exponentialBound(index: number, schema: number): number {
  const exponent = index * 2 ** -schema;
  return exponent === exponentMax ? Number.MAX_VALUE : 2 ** exponent;
}

export function upperBound(histogram: FloatHistogram, index: number): number {
  if (usesCustomBuckets(histogram)) return histogram.customBounds[index] ?? Infinity;
  return exponentialBound(index, histogram.schema);
}

export function lowerBound(histogram: FloatHistogram, index: number): number {
  if (usesCustomBuckets(histogram)) return index === 0 ? -Infinity : (histogram.customBounds[index - 1] ?? Infinity);
  return exponentialBound(index - 1, histogram.schema);
}

/** Positive buckets from zero upwards. */
export function positiveBuckets(histogram: FloatHistogram): Bucket[] {
  return buckets(histogram.positive, (index, count) => ({
    lower: lowerBound(histogram, index),
    upper: upperBound(histogram, index),
    count,
  }));
}

/** Negative buckets from zero downwards. */
export function negativeBuckets(histogram: FloatHistogram): Bucket[] {
  return buckets(histogram.negative, (index, count) => ({
    lower: -upperBound(histogram, index),
    upper: -lowerBound(histogram, index),
    count,
  }));
}

function buckets(side: Buckets, make: (index: number, count: number) => Bucket): Bucket[] {
  return side.indexes.map((index, at) => make(index, side.counts[at] ?? 0));
}

export function zeroBucket(histogram: FloatHistogram): Bucket {
  return { lower: -histogram.zeroThreshold, upper: histogram.zeroThreshold, count: histogram.zeroCount };
}

/** All buckets in ascending order. Bounds that reach into the zero bucket are cut at the zero threshold. */
export function allBuckets(histogram: FloatHistogram): Bucket[] {
  const { zeroThreshold } = histogram;
  const negative = negativeBuckets(histogram)
    .reverse()
    .map((bucket) =>
      bucket.upper < 0 && bucket.upper > -zeroThreshold ? { ...bucket, upper: -zeroThreshold } : bucket,
    );
  const positive = positiveBuckets(histogram).map((bucket) =>
    bucket.lower > 0 && bucket.lower < zeroThreshold ? { ...bucket, lower: zeroThreshold } : bucket,
  );
  const zero = histogram.zeroCount > 0 ? [zeroBucket(histogram)] : [];
  return [...negative, ...zero, ...positive];
}
