import { detectReset } from "../histogram/counter-reset.ts";
import { emptyHistogram, type FloatHistogram } from "../histogram/float-histogram.ts";
import type { RawSeries } from "../source/series-source.ts";

/**
 * Where only counts and sums of histograms are used, Prometheus reads them without buckets, and then each sample says
 * whether the counter was reset since the one before. Aggregations warn when such samples contradict each other, and
 * nothing is said about custom bounds that differ, so the same is done here.
 */
export function withoutBuckets(series: RawSeries): RawSeries {
  if (series.histograms === undefined) return series;
  let previous: FloatHistogram | undefined;
  const histograms = series.histograms.map((histogram) => {
    if (histogram === undefined) return undefined;
    const known = previous;
    previous = histogram;
    return statsOf(histogram, known);
  });
  return { ...series, histograms };
}

function statsOf(histogram: FloatHistogram, previous: FloatHistogram | undefined): FloatHistogram {
  const { schema, count, sum } = histogram;
  let { hint } = histogram;
  if (hint === "unknown" && previous !== undefined) hint = detectReset(histogram, previous) ? "reset" : "not_reset";
  return { ...emptyHistogram, schema, count, sum, hint };
}
