import type { FloatHistogram } from "../histogram/float-histogram.ts";
import type { Labels } from "../model/labels.ts";
import type { StepSeries } from "../model/series.ts";

/** Samples of one series, without staleness markers, as the functions over ranges see them. */
export interface RangeSeries {
  readonly labels: Labels;
  readonly dropName: boolean;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  /** At the indexes where the sample is a histogram; absent when none is. */
  readonly histograms?: readonly (FloatHistogram | undefined)[];
  readonly startsMs?: Float64Array;
}

/** The samples [low, high) of one step. One object is reused for all of them. */
export interface Window {
  low: number;
  high: number;
  /** Excluded: the window is (startMs, endMs]. */
  startMs: number;
  endMs: number;
  /** The moment of evaluation, before `offset` and `@`. */
  evalMs: number;
  step: number;
}

/** Computes one step of the output from one window; leaves the step absent when there is nothing to say. */
export type RangeKernel = (series: RangeSeries, window: Window, out: StepSeries) => void;

export interface WindowPlan {
  /** The right end of the window of step k is firstEndMs + k * endStepMs. */
  readonly firstEndMs: number;
  readonly endStepMs: number;
  readonly rangeMs: number;
  /** Samples that far before the window are handed in too (`anchored`, `smoothed`), and after it (`smoothed`). */
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly firstEvalMs: number;
  readonly evalStepMs: number;
  readonly count: number;
}

/** Runs a kernel over all windows of a series; both ends only move forward. @returns samples in the fullest window */
export function forEachWindow(series: RangeSeries, plan: WindowPlan, kernel: RangeKernel, out: StepSeries): number {
  const { timesMs } = series;
  const length = timesMs.length;
  const window: Window = { low: 0, high: 0, startMs: 0, endMs: 0, evalMs: 0, step: 0 };
  let [low, high, fullest] = [0, 0, 0];
  for (let step = 0; step < plan.count; step++) {
    const endMs = plan.firstEndMs + step * plan.endStepMs;
    const startMs = endMs - plan.rangeMs;
    const fromMs = startMs - plan.beforeMs;
    const toMs = endMs + plan.afterMs;
    while (high < length && (timesMs[high] as number) <= toMs) high++;
    while (low < high && (timesMs[low] as number) <= fromMs) low++;
    if (low === high) continue;
    if (high - low > fullest) fullest = high - low;
    window.low = low;
    window.high = high;
    window.startMs = startMs;
    window.endMs = endMs;
    window.evalMs = plan.firstEvalMs + step * plan.evalStepMs;
    window.step = step;
    kernel(series, window, out);
  }
  return fullest;
}
