import { addHistograms, divideHistogram, subtractHistograms, type Combined } from "../histogram/arithmetic.ts";
import { detectReset } from "../histogram/counter-reset.ts";
import { compactHistogram, usesCustomBuckets, type FloatHistogram } from "../histogram/float-histogram.ts";
import { interpolateHistograms } from "../histogram/interpolate.ts";
import { setFloat, setHistogram, type StepSeries } from "../model/series.ts";
import { messages, type HistogramOperation } from "../eval/annotations.ts";
import type { RangeKernel, RangeSeries, Window } from "../eval/windows.ts";
import { countHistograms, type RangeCall } from "./range-function.ts";

export interface RateKind {
  readonly isCounter: boolean;
  readonly perSecond: boolean;
}

/**
 * rate, increase and delta of `anchored` and `smoothed` ranges. Nothing is extrapolated: `anchored` starts at the last
 * sample at or before the window, `smoothed` interpolates at both ends of the window.
 */
export function extendedRate(call: RangeCall, kind: RateKind): RangeKernel {
  return (series, window, out) => {
    const histogramCount = countHistograms(series.histograms, window);
    if (histogramCount > 0 && histogramCount < window.high - window.low) {
      call.annotations.warn(messages.mixedFloatsHistograms(series.labels.metricName), call.span);
      return;
    }
    const bounds = sampleBounds(series, window, call.smoothed);
    if (bounds === undefined) return;
    if (histogramCount === 0) floatRate(series, window, bounds, out, { call, kind });
    else histogramRate(series, window, bounds, out, { call, kind });
  };
}

interface Bounds {
  first: number;
  last: number;
}

interface Rating {
  readonly call: RangeCall;
  readonly kind: RateKind;
}

/** The sample to start from and the one to end with; undefined when the window is empty. */
function sampleBounds({ timesMs }: RangeSeries, window: Window, smoothed: boolean): Bounds | undefined {
  const timeOf = (index: number): number => timesMs[index] ?? 0;
  let last = window.high - 1;
  let first = window.low;
  while (first < last && timeOf(first) <= window.startMs) first++;
  first = Math.max(window.low, first - 1);
  if (smoothed) {
    let end = window.low;
    while (end < last && timeOf(end) < window.endMs) end++;
    last = end;
  }
  if (timeOf(last) <= window.startMs || (smoothed && timeOf(first) > window.endMs)) return undefined;
  return { first, last };
}

function floatRate(series: RangeSeries, window: Window, bounds: Bounds, out: StepSeries, { call, kind }: Rating): void {
  const { timesMs, values } = series;
  const timeOf = (index: number): number => timesMs[index] ?? 0;
  const valueOf = (index: number): number => values[index] ?? NaN;
  const interpolated = (from: number, timeMs: number): number => {
    const [a, b] = [valueOf(from), valueOf(from + 1)];
    const start = kind.isCounter && b < a ? 0 : a;
    return start + ((b - start) * (timeMs - timeOf(from))) / (timeOf(from + 1) - timeOf(from));
  };
  let { first, last } = bounds;
  const left = call.smoothed && timeOf(first) < window.startMs ? interpolated(first, window.startMs) : valueOf(first);
  const interpolateRight = call.smoothed && last > window.low && timeOf(last) > window.endMs;
  const right = interpolateRight ? interpolated(last - 1, window.endMs) : valueOf(last);
  let result = right - left;
  if (kind.isCounter) {
    if (timeOf(first) <= window.startMs) first++;
    if (timeOf(last) >= window.endMs) last--;
    let [previous, lost] = [left, 0];
    for (let index = first; index <= last; index++) {
      if (valueOf(index) < previous) lost += previous;
      previous = valueOf(index);
    }
    if (right < previous) lost += previous;
    result += lost;
  }
  setFloat(out, window.step, kind.perSecond ? result / (call.rangeMs / 1000) : result);
}

function histogramRate(series: RangeSeries, window: Window, bounds: Bounds, out: StepSeries, rating: Rating): void {
  const { call, kind } = rating;
  const name = series.labels.metricName;
  const samples = (series.histograms ?? []).slice(bounds.first, bounds.last + 1).filter((each) => each !== undefined);
  const mixed = (): void => call.annotations.warn(messages.mixedSchemas(name), call.span);
  const firstSample = samples[0];
  if (firstSample === undefined) return;
  if (samples.some((each) => usesCustomBuckets(each) !== usesCustomBuckets(firstSample))) return mixed();
  if (kind.isCounter && samples.some((each) => each.hint === "gauge"))
    call.annotations.warn(messages.notCounter(name), call.span);
  const left = boundary(series, window, bounds, "left", rating);
  const right = boundary(series, window, bounds, "right", rating);
  if (left === undefined || right === undefined) return mixed();
  if (!kind.isCounter && (left.hint !== "gauge" || right.hint !== "gauge"))
    call.annotations.warn(messages.notGauge(name), call.span);
  let result = reconciled(subtractHistograms(right, left), "subtraction", call);
  if (kind.isCounter) {
    const spanned =
      call.smoothed &&
      (series.timesMs[bounds.first] ?? 0) < window.startMs &&
      samples[1] !== undefined &&
      detectReset(samples[1], firstSample);
    const losses = resetLosses(samples, left, right, spanned);
    const add = (sum: FloatHistogram | undefined, each: FloatHistogram | undefined) =>
      sum && each && reconciled(addHistograms(sum, each), "addition", call);
    if (losses.length > 0) result = add(result, losses.slice(1).reduce(add, losses[0]));
  }
  if (result === undefined) return mixed();
  const scaled = kind.perSecond ? divideHistogram(result, call.rangeMs / 1000) : result;
  setHistogram(out, window.step, compactHistogram({ ...scaled, hint: "gauge" }));
}

function reconciled(
  combined: Combined | undefined,
  operation: HistogramOperation,
  call: RangeCall,
): FloatHistogram | undefined {
  if (combined?.boundsReconciled) call.annotations.info(messages.boundsReconciled(operation), call.span);
  return combined?.histogram;
}

/** The histogram at an end of the window: that of a sample, or, for `smoothed`, one between two. */
function boundary(
  series: RangeSeries,
  window: Window,
  { first, last }: Bounds,
  side: "left" | "right",
  { call, kind }: Rating,
): FloatHistogram | undefined {
  const timeOf = (index: number): number => series.timesMs[index] ?? 0;
  const histogramOf = (index: number): FloatHistogram | undefined => series.histograms?.[index];
  const interpolateLeft = side === "left" && call.smoothed && timeOf(first) < window.startMs;
  const interpolateRight = side === "right" && call.smoothed && last > window.low && timeOf(last) > window.endMs;
  if (!interpolateLeft && !interpolateRight) return histogramOf(side === "left" ? first : last);
  const from = interpolateLeft ? first : last - 1;
  const timeMs = interpolateLeft ? window.startMs : window.endMs;
  const [a, b] = [histogramOf(from), histogramOf(from + 1)];
  if (a === undefined || b === undefined) return undefined;
  const fraction = (timeMs - timeOf(from)) / (timeOf(from + 1) - timeOf(from));
  const result = interpolateHistograms(a, b, fraction, kind.isCounter);
  for (const operation of result?.reconciled ?? [])
    call.annotations.info(messages.boundsReconciled(operation), call.span);
  return result?.histogram;
}

/**
 * The histograms that resets between the ends took away. `left` and `right` stand for the first and the last sample;
 * when the left end was interpolated across a reset (`spanned`), the sample after it is accounted for already.
 */
function resetLosses(
  samples: readonly FloatHistogram[],
  left: FloatHistogram,
  right: FloatHistogram,
  spanned: boolean,
): readonly FloatHistogram[] {
  const first = spanned ? 2 : 1;
  const last = samples.length - 2;
  if (first > last + 1) return [];
  const losses: FloatHistogram[] = [];
  let previous = (spanned ? samples[1] : undefined) ?? left;
  for (const sample of samples.slice(first, last + 1)) {
    if (detectReset(sample, previous)) losses.push(previous);
    previous = sample;
  }
  if (detectReset(right, previous)) losses.push(previous);
  return losses;
}
