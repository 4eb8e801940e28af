import type { RawSeries, SelectHints, SelectResult, SeriesSource } from "@sightglass/promql";

/**
 * Series of one source with those of another on top, which has samples that the first does not show yet. As long as the
 * second has none for a selector, the first may compute.
 */
export function overlaySource(base: SeriesSource, recent: SeriesSource): SeriesSource {
  return {
    async select(matchers, hints, signal): Promise<SelectResult> {
      const plain: SelectHints = { ...hints, mayCompute: false };
      const above = await recent.select(matchers, plain, signal);
      if (above.kind !== "raw" || above.series.length === 0) return base.select(matchers, hints, signal);
      const below = await base.select(matchers, plain, signal);
      if (below.kind !== "raw") return below;
      const merged = new Map(below.series.map((series) => [series.labels.key, series]));
      for (const series of above.series) {
        const known = merged.get(series.labels.key);
        merged.set(series.labels.key, known === undefined ? series : appended(known, series));
      }
      return { ...below, series: [...merged.values()].sort((a, b) => a.labels.compare(b.labels)) };
    },
  };
}

/** The samples of `later` after the last of `series`. */
function appended(series: RawSeries, later: RawSeries): RawSeries {
  const lastMs = series.timestampsMs[series.timestampsMs.length - 1] ?? -Infinity;
  const from = later.timestampsMs.findIndex((timeMs) => timeMs > lastMs);
  if (from < 0) return series;
  const join = (a: Float64Array, b: Float64Array): Float64Array => {
    const joined = new Float64Array(a.length + b.length - from);
    joined.set(a);
    joined.set(b.subarray(from), a.length);
    return joined;
  };
  const added = later.values.length - from;
  return {
    labels: series.labels,
    timestampsMs: join(series.timestampsMs, later.timestampsMs),
    values: join(series.values, later.values),
    ...(series.histograms === undefined
      ? {}
      : { histograms: [...series.histograms, ...Array.from({ length: added }, () => undefined)] }),
  };
}
