import { messages } from "../eval/annotations.ts";
import type { RangeKernel, RangeSeries, Window } from "../eval/windows.ts";
import { setFloat, type StepSeries } from "../model/series.ts";
import { countHistograms, type RangeCall } from "./range-function.ts";

/** The floats of a window: samples [low, high) of two arrays. */
export interface FloatWindow {
  timesMs: Float64Array;
  values: Float64Array;
  low: number;
  high: number;
}

/**
 * A kernel for functions that know floats only. Histograms among floats are passed over with an info; windows of
 * histograms alone, and windows with fewer than `least` floats, give nothing.
 */
export function overFloats(
  call: RangeCall,
  compute: (floats: FloatWindow, window: Window) => number,
  least = 1,
): RangeKernel {
  // One object for all windows: this runs once per series and step.
  const floats: FloatWindow = { timesMs: new Float64Array(), values: new Float64Array(), low: 0, high: 0 };
  return (series, window, out) => {
    if (series.histograms === undefined || countHistograms(series.histograms, window) === 0) {
      if (window.high - window.low < least) return;
      floats.timesMs = series.timesMs;
      floats.values = series.values;
      floats.low = window.low;
      floats.high = window.high;
      out.values[window.step] = compute(floats, window);
      out.present[window.step] = 1;
    } else overMixed(call, series, window, out, compute, least);
  };
}

function overMixed(
  call: RangeCall,
  series: RangeSeries,
  window: Window,
  out: StepSeries,
  compute: (floats: FloatWindow, window: Window) => number,
  least: number,
): void {
  const kept: number[] = [];
  for (let index = window.low; index < window.high; index++)
    if (series.histograms?.[index] === undefined) kept.push(index);
  if (kept.length === 0) return;
  call.annotations.info(messages.histogramIgnoredInRange(series.labels.metricName), call.span);
  if (kept.length < least) return;
  const timesMs = Float64Array.from(kept, (index) => series.timesMs[index] ?? 0);
  const values = Float64Array.from(kept, (index) => series.values[index] ?? NaN);
  setFloat(out, window.step, compute({ timesMs, values, low: 0, high: kept.length }, window));
}
