import type { StepSeries } from "../model/series.ts";
import type { RangeSeries, WindowPlan } from "../eval/windows.ts";

/**
 * Computes all steps of one series of floats. Used instead of a kernel of windows where there is one, since a loop without
 * a call for each step takes a fraction of the time. @returns samples in the fullest window
 */
export type SeriesKernel = (series: RangeSeries, plan: WindowPlan, out: StepSeries) => number;

/** The first step whose window may reach a sample. */
export function firstAtMost(timesMs: Float64Array, { firstEndMs, endStepMs }: WindowPlan): number {
  const firstMs = timesMs[0];
  if (firstMs === undefined || firstMs <= firstEndMs || endStepMs <= 0) return 0;
  return Math.max(0, Math.ceil((firstMs - firstEndMs) / endStepMs) - 1);
}
