import { compactHistogram, type Buckets, type FloatHistogram } from "../histogram/float-histogram.ts";

const epsilon = 1e-6;
const normalMin = 2.2250738585072014e-308;

/** Equal within one millionth of the sum of both; NaN equals NaN. */
export function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < normalMin) return difference < epsilon * normalMin;
  return difference / Math.min(sum, Number.MAX_VALUE) < epsilon;
}

/** The hint is compared only where the script wrote one. */
export function almostEqualHistograms(expected: FloatHistogram, actual: FloatHistogram, hintGiven: boolean): boolean {
  const [a, b] = [compactHistogram(expected), compactHistogram(actual)];
  return (
    a.schema === b.schema &&
    almostEqual(a.count, b.count) &&
    almostEqual(a.sum, b.sum) &&
    almostEqual(a.zeroThreshold, b.zeroThreshold) &&
    almostEqual(a.zeroCount, b.zeroCount) &&
    a.customBounds.length === b.customBounds.length &&
    a.customBounds.every((bound, index) => almostEqual(bound, b.customBounds[index] ?? NaN)) &&
    almostEqualBuckets(a.positive, b.positive) &&
    almostEqualBuckets(a.negative, b.negative) &&
    (!hintGiven || a.hint === b.hint)
  );
}

function almostEqualBuckets(a: Buckets, b: Buckets): boolean {
  return (
    a.indexes.length === b.indexes.length &&
    a.indexes.every((bucket, index) => bucket === b.indexes[index]) &&
    a.counts.every((count, index) => almostEqual(count, b.counts[index] ?? NaN))
  );
}
