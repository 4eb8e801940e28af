import { allBuckets } from "../histogram/bucket-bounds.ts";
import { usesCustomBuckets, type FloatHistogram } from "../histogram/float-histogram.ts";
import { KahanSum } from "./kahan.ts";
import { vectorArgument, type FunctionImplementation } from "./call.ts";
import { mapHistograms } from "./map-series.ts";

const reading =
  (read: (histogram: FloatHistogram) => number): FunctionImplementation =>
  async (context) =>
    mapHistograms(await vectorArgument(context, 0), context.evaluation, read);

/** Estimated from the middle of each bucket: arithmetic for custom buckets, geometric for exponential ones. */
function variance(histogram: FloatHistogram): number {
  const mean = histogram.sum / histogram.count;
  const total = new KahanSum();
  for (const { lower, upper, count } of allBuckets(histogram)) {
    if (count === 0) continue;
    let middle = 0;
    if (usesCustomBuckets(histogram)) middle = (upper + lower) / 2;
    else if (lower > 0 || upper < 0) middle = Math.sign(upper) * Math.sqrt(upper * lower);
    const distance = middle - mean;
    total.add(count * distance * distance);
  }
  return (total.sum + total.compensation) / histogram.count;
}

export const histogramFunctions: ReadonlyMap<string, FunctionImplementation> = new Map([
  ["histogram_count", reading(({ count }) => count)],
  ["histogram_sum", reading(({ sum }) => sum)],
  ["histogram_avg", reading(({ sum, count }) => sum / count)],
  ["histogram_stdvar", reading(variance)],
  ["histogram_stddev", reading((histogram) => Math.sqrt(variance(histogram)))],
]);
