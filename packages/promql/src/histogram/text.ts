import { formatFloat } from "../text/go-format.ts";
import { negativeBuckets, positiveBuckets, zeroBucket, type Bucket } from "./bucket-bounds.ts";
import { usesCustomBuckets, type FloatHistogram } from "./float-histogram.ts";

/** A histogram in one line: `{count:4, sum:5, (0.5,1]:1, (1,2]:3}`. Empty buckets are left out. */
export function histogramText(histogram: FloatHistogram): string {
  const zero = histogram.zeroCount === 0 ? [] : [bucketText(zeroBucket(histogram))];
  const custom = usesCustomBuckets(histogram);
  const texts = (buckets: readonly Bucket[]): string[] =>
    buckets
      .filter(({ count }) => count !== 0)
      .map((bucket) => (custom ? customBucketText(bucket) : bucketText(bucket)));
  const parts = [
    `count:${formatFloat(histogram.count)}`,
    `sum:${formatFloat(histogram.sum)}`,
    ...texts(negativeBuckets(histogram)).reverse(),
    ...zero,
    ...texts(positiveBuckets(histogram)),
  ];
  return `{${parts.join(", ")}}`;
}

function customBucketText({ lower, upper, count }: Bucket): string {
  return `${lower === -Infinity ? "[" : "("}${formatFloat(lower)},${formatFloat(upper)}]:${formatFloat(count)}`;
}

/** Bounds are inclusive on the side away from zero; a zero bucket without width is the zero itself. */
function bucketText({ lower, upper, count }: Bucket): string {
  const open = lower < 0 || Object.is(lower, -0) ? "[" : "(";
  const close = upper > 0 || lower === upper ? "]" : ")";
  return `${open}${formatFloat(lower)},${formatFloat(upper)}${close}:${formatFloat(count)}`;
}
