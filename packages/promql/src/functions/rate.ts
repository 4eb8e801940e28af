import { addHistograms, multiplyHistogram } from "../histogram/arithmetic.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { setHistogram, type StepSeries } from "../model/series.ts";
import { messages } from "../eval/annotations.ts";
import type { RangeKernel, RangeSeries, Window } from "../eval/windows.ts";
import { extendedRate, type RateKind } from "./extended-rate.ts";
import { histogramIncrease } from "./histogram-increase.ts";
import { countHistograms, type RangeCall, type RangeFunction } from "./range-function.ts";
import { rateOfFloats } from "./rate-of-floats.ts";
import { ResetTrail } from "./reset-trail.ts";
import { isStartReset, startsOverlap } from "./start-time.ts";

const rateFunction = (kind: RateKind): RangeFunction => ({
  kernel: (call) => rateKernel(call, kind),
  seriesKernel: ({ rangeMs }) =>
    rateOfFloats({ isCounter: kind.isCounter, seconds: kind.perSecond ? rangeMs / 1000 : 1 }),
});

export const rate = rateFunction({ isCounter: true, perSecond: true });
export const increase = rateFunction({ isCounter: true, perSecond: false });
export const delta = rateFunction({ isCounter: false, perSecond: false });

function rateKernel(call: RangeCall, kind: RateKind): RangeKernel {
  if (call.anchored || call.smoothed) return extendedRate(call, kind);
  const trail = new ResetTrail();
  return (series, window, out) => {
    const { histograms } = series;
    if (histograms === undefined) {
      floatRate(series, window, out, call, kind, trail);
      return;
    }
    const histogramCount = countHistograms(histograms, window);
    if (histogramCount === 0) floatRate(series, window, out, call, kind, undefined);
    else if (histogramCount < window.high - window.low)
      call.annotations.warn(messages.mixedFloatsHistograms(series.labels.metricName), call.span);
    else histogramRate(series, window, out, call, kind);
  };
}

/** `trail` knows the resets of series that are all floats. */
function floatRate(
  series: RangeSeries,
  window: Window,
  out: StepSeries,
  call: RangeCall,
  kind: RateKind,
  trail: ResetTrail | undefined,
): void {
  const { values } = series;
  const { low, high } = window;
  const last = high - 1;
  const first = values[low] as number;
  let increased = (values[last] as number) - first;
  if (kind.isCounter) {
    if (series.startsMs !== undefined) increased += resetsWithStarts(series, series.startsMs, window, call);
    else if (trail !== undefined) increased = trail.addLosses(values, low, high, increased);
    else for (let index = low + 1; index <= last; index++) increased += lossAt(values, index);
  }
  const startMs = firstStart(series, window, kind);
  if (startMs !== 0) increased += first;
  const factor = extrapolation(series, window, startMs, kind, first, increased);
  if (factor === 0) return;
  out.values[window.step] = increased * (factor / (kind.perSecond ? call.rangeMs / 1000 : 1));
  out.present[window.step] = 1;
}

function lossAt(values: Float64Array, index: number): number {
  const previous = values[index - 1] ?? NaN;
  return (values[index] ?? NaN) < previous ? previous : 0;
}

/** What resets took away, where start timestamps tell of resets too. */
function resetsWithStarts(series: RangeSeries, startsMs: Float64Array, window: Window, call: RangeCall): number {
  const { values, timesMs } = series;
  let lost = 0;
  let overlaps = false;
  for (let index = window.low + 1; index < window.high; index++) {
    const [previousStartMs, previousMs] = [startsMs[index - 1] ?? 0, timesMs[index - 1] ?? 0];
    const startMs = startsMs[index] ?? 0;
    const previous = values[index - 1] ?? NaN;
    overlaps ||= startsOverlap(previousStartMs, previousMs, startMs);
    if ((values[index] ?? NaN) < previous || isStartReset(previousStartMs, previousMs, startMs, timesMs[index] ?? 0))
      lost += previous;
  }
  if (overlaps) call.annotations.startTimeOverlap(series.labels.metricName, call.span);
  return lost;
}

/** The known start of the counter inside the window, before its first sample; 0 when there is none. */
function firstStart({ startsMs, timesMs }: RangeSeries, window: Window, kind: RateKind): number {
  if (startsMs === undefined || !kind.isCounter) return 0;
  const startMs = startsMs[window.low] ?? 0;
  return startMs !== 0 && startMs > window.startMs && startMs < (timesMs[window.low] ?? 0) ? startMs : 0;
}

/**
 * How much longer the window is than the time that the samples cover. Samples near an end of the window are taken to go
 * on to it; otherwise half a sample distance is added. A counter is not extrapolated below zero. 0: not enough samples.
 */
function extrapolation(
  series: RangeSeries,
  window: Window,
  knownStartMs: number,
  kind: RateKind,
  firstValue: number,
  increased: number,
): number {
  const { timesMs } = series;
  const firstMs = timesMs[window.low] as number;
  const lastMs = timesMs[window.high - 1] as number;
  const intervals = window.high - window.low - 1;
  let sampledSeconds = (lastMs - firstMs) / 1000;
  const averageSeconds = intervals > 0 ? sampledSeconds / intervals : 0;
  const threshold = averageSeconds * 1.1;
  let toStart = (firstMs - window.startMs) / 1000;
  let toEnd = (window.endMs - lastMs) / 1000;
  if (knownStartMs !== 0) {
    toStart = 0;
    sampledSeconds = (lastMs - knownStartMs) / 1000;
  } else if (intervals === 0) {
    return 0;
  } else {
    if (toStart >= threshold) toStart = averageSeconds / 2;
    if (kind.isCounter && increased > 0 && firstValue >= 0)
      toStart = Math.min(toStart, sampledSeconds * (firstValue / increased));
  }
  if (toEnd >= threshold) toEnd = averageSeconds / 2;
  return sampledSeconds === 0 ? 1 : (sampledSeconds + toStart + toEnd) / sampledSeconds;
}

function histogramRate(series: RangeSeries, window: Window, out: StepSeries, call: RangeCall, kind: RateKind): void {
  const first = series.histograms?.[window.low];
  if (first === undefined) return;
  const startMs = firstStart(series, window, kind);
  let increased: FloatHistogram | undefined;
  if (window.high - window.low > 1) {
    increased = histogramIncrease(series, window, call, kind.isCounter);
    if (increased === undefined) return;
  }
  const counted = increased?.count ?? 0;
  if (startMs !== 0) {
    const sum =
      increased === undefined ? { histogram: first, boundsReconciled: false } : addHistograms(increased, first);
    if (sum === undefined) {
      call.annotations.warn(messages.mixedSchemas(series.labels.metricName), call.span);
      return;
    }
    if (sum.boundsReconciled) call.annotations.info(messages.boundsReconciled("addition"), call.span);
    increased = increased === undefined ? first : { ...sum.histogram, hint: "gauge" };
  }
  const factor = extrapolation(series, window, startMs, kind, first.count, counted);
  if (factor === 0 || increased === undefined) return;
  const seconds = kind.perSecond ? call.rangeMs / 1000 : 1;
  setHistogram(out, window.step, multiplyHistogram(increased, factor / seconds));
}
