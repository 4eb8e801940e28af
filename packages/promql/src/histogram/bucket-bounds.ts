import { usesCustomBuckets, type Buckets, type FloatHistogram } from "./float-histogram.ts";

export interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

const exponentMax = 1024;
const schemaMax = 8;

/**
 * Bounds in [0.5, 1) of the schemas from 0 on, to the last bit as Prometheus' table has them: every other one is one of the
 * schema before, those between are the one before times the growth of the schema.
 */
const fractions = ((): readonly Float64Array[] => {
  const found = [Float64Array.of(0.5)];
  for (let schema = 1; schema <= schemaMax; schema++) {
    const coarser = found[schema - 1] as Float64Array;
    // The root of 2 is a digit short there.
    const growth = schema === 1 ? Math.SQRT2 - Number.EPSILON : 2 ** (2 ** -schema);
    const bounds = new Float64Array(2 ** schema);
    for (let index = 0; index < bounds.length; index++)
      bounds[index] = index % 2 === 0 ? (coarser[index / 2] as number) : (bounds[index - 1] as number) * growth;
    found.push(bounds);
  }
  return found;
})();

/** Upper bound of the positive bucket with an index, under an exponential schema. */
export function exponentialBound(index: number, schema: number): number {
  const exponent = index * 2 ** -schema;
  if (exponent === exponentMax) return Number.MAX_VALUE;
  const bounds = schema >= 0 ? fractions[schema] : undefined;
  if (bounds === undefined) return 2 ** exponent;
  return 2 * (bounds[index & (bounds.length - 1)] as number) * 2 ** (index >> schema);
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
