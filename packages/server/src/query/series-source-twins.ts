import type { Labels } from "@sightglass/promql";
import type { HistogramSample } from "./series-source-histograms.ts";
import { joinStretches, type SampleColumns } from "./series-source-samples.ts";

/**
 * A series that the server derives has an id of its own (derive/points-sql.ts). When it comes in from outside as well, by a
 * scrape of the server's own `/metrics` or by a Prometheus that federates from it and writes back, two ids have the same
 * labels, and a query is to see one series.
 */
export interface LabelledSamples {
  readonly labels: Labels;
  readonly floats: SampleColumns | undefined;
  readonly histograms: readonly HistogramSample[] | undefined;
}

/** Whether two of them have the same labels. They are sorted by labels. */
export function hasTwins(series: readonly { readonly labels: Labels }[]): boolean {
  return series.some(
    ({ labels }, index) => index > 0 && labels.compare((series[index - 1] as (typeof series)[0]).labels) === 0,
  );
}

/** Those with the same labels as one, with the samples of both. They are sorted by labels. */
export function joinTwins(series: readonly LabelledSamples[]): readonly LabelledSamples[] {
  if (!hasTwins(series)) return series;
  const joined: LabelledSamples[] = [];
  for (const one of series) {
    const last = joined.at(-1);
    if (last === undefined || last.labels.compare(one.labels) !== 0) joined.push(one);
    else joined[joined.length - 1] = { labels: one.labels, ...samplesOf([last, one]) };
  }
  return joined;
}

function samplesOf(twins: readonly LabelledSamples[]): Omit<LabelledSamples, "labels"> {
  const floats = twins.flatMap((twin) => twin.floats ?? []);
  const histograms = twins.flatMap((twin) => twin.histograms ?? []);
  return {
    floats: floats.length === 0 ? undefined : joinStretches(floats),
    histograms: histograms.length === 0 ? undefined : inTime(histograms),
  };
}

/** By time, one for each. */
function inTime(histograms: HistogramSample[]): HistogramSample[] {
  const sorted = histograms.sort((a, b) => a.timeMs - b.timeMs);
  return sorted.filter(({ timeMs }, index) => timeMs !== sorted[index + 1]?.timeMs);
}
