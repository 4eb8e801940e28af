import { detectReset } from "../histogram/counter-reset.ts";
import { withHint, type FloatHistogram } from "../histogram/float-histogram.ts";
import type { RawSeries } from "../source/series-source.ts";

/**
 * Where only counts and sums of histograms are used, Prometheus reads them without buckets, and then each sample says
 * whether the counter was reset since the one before. Aggregations warn when such samples contradict each other, so the
 * same is done here.
 */
export function withResetHints(series: RawSeries): RawSeries {
  if (series.histograms === undefined) return series;
  let previous: FloatHistogram | undefined;
  const histograms = series.histograms.map((histogram) => {
    if (histogram === undefined) return undefined;
    const known = previous;
    previous = histogram;
    if (histogram.hint !== "unknown" || known === undefined) return histogram;
    return withHint(histogram, detectReset(histogram, known) ? "reset" : "not_reset");
  });
  return { ...series, histograms };
}
