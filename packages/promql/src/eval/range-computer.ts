import { rangeFunctions } from "../functions/range-functions.ts";
import { isEmpty, SeriesMaker } from "../model/series.ts";
import type { ComputedSeries, RawSeries, SelectHints } from "../source/series-source.ts";
import { Annotations } from "./annotations.ts";
import { withoutStale } from "./range-input.ts";

/** The function over the samples of one series, at every step; undefined where it has no value at any. */
export type RangeComputer = (series: RawSeries) => ComputedSeries | undefined;

/**
 * Computes what `hints` name, to the last bit as the engine does: for sources that read more samples than they can hand over,
 * and so read them in parts. Undefined where the engine wants the samples, or the function is none of those that have a loop of
 * their own (`rate`, `increase`, `delta`, `min_over_time`, `max_over_time`).
 *
 * Series with histograms are not computed.
 */
export function rangeComputer({ call, mayCompute, steps, rangeMs }: SelectHints): RangeComputer | undefined {
  if (!mayCompute || call === undefined || call.constants.length > 0) return undefined;
  const kernel = rangeFunctions.get(call.name)?.seriesKernel?.({
    annotations: new Annotations(),
    scalars: [],
    rangeMs,
    anchored: false,
    smoothed: false,
    args: [],
    span: { start: 0, end: 0 },
  });
  if (kernel === undefined) return undefined;
  const windows = {
    firstEndMs: steps.startMs,
    endStepMs: steps.count === 1 ? 0 : steps.stepMs,
    rangeMs,
    beforeMs: 0,
    afterMs: 0,
    firstEvalMs: steps.startMs,
    evalStepMs: steps.stepMs,
    count: steps.count,
  };
  const maker = new SeriesMaker(steps.count);
  return (raw) => {
    const out = maker.make(raw.labels, false);
    kernel(withoutStale(raw, false), windows, out);
    return isEmpty(out) ? undefined : { labels: raw.labels, values: out.values, present: out.present };
  };
}
