import type { StepSeries } from "../model/series.ts";
import type { RangeSeries, WindowPlan } from "../eval/windows.ts";
import { firstAtMost, type SeriesKernel } from "./series-kernel.ts";
import { ResetTrail } from "./reset-trail.ts";

/**
 * `rate`, `increase` and `delta` of a series of floats, all windows in one loop: what `floatRate` and `extrapolation` of
 * rate.ts say, operation by operation, so that the values are the same to the last bit.
 */
export function rateOfFloats({ isCounter, seconds }: { isCounter: boolean; seconds: number }): SeriesKernel {
  const trail = new ResetTrail();
  return (series: RangeSeries, plan: WindowPlan, out: StepSeries): number => {
    const { timesMs, values } = series;
    const { firstEndMs, endStepMs, rangeMs, count } = plan;
    const { values: results, present } = out;
    const length = timesMs.length;
    const hasFalls = isCounter && trail.search(values);
    let low = 0;
    let high = 0;
    let fullest = 0;
    for (let step = firstAtMost(timesMs, plan); step < count; step++) {
      const endMs = firstEndMs + step * endStepMs;
      const startMs = endMs - rangeMs;
      while (high < length && (timesMs[high] as number) <= endMs) high++;
      while (low < high && (timesMs[low] as number) <= startMs) low++;
      const intervals = high - low - 1;
      if (intervals >= fullest) fullest = intervals + 1;
      if (intervals < 1) {
        if (low === length) break;
        continue;
      }
      const first = values[low] as number;
      const firstMs = timesMs[low] as number;
      const lastMs = timesMs[high - 1] as number;
      let increased = (values[high - 1] as number) - first;
      if (hasFalls) increased = trail.addLosses(values, low, high, increased);
      const sampledSeconds = (lastMs - firstMs) / 1000;
      const averageSeconds = sampledSeconds / intervals;
      const threshold = averageSeconds * 1.1;
      let toStart = (firstMs - startMs) / 1000;
      let toEnd = (endMs - lastMs) / 1000;
      if (toStart >= threshold) toStart = averageSeconds / 2;
      // From zero it took sampledSeconds * (first / increased). That is less than the way to the start, which is less than
      // 1.1 times what is sampled, only where `first` is not much more than `increased`.
      if (isCounter && increased > 0 && first >= 0 && first < increased * 1.2)
        toStart = Math.min(toStart, sampledSeconds * (first / increased));
      if (toEnd >= threshold) toEnd = averageSeconds / 2;
      const factor = sampledSeconds === 0 ? 1 : (sampledSeconds + toStart + toEnd) / sampledSeconds;
      results[step] = increased * (factor / seconds);
      present[step] = 1;
    }
    return fullest;
  };
}
