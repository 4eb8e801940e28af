import type { StepSeries } from "../model/series.ts";
import type { RangeSeries, WindowPlan } from "../eval/windows.ts";
import type { SeriesKernel } from "./series-kernel.ts";

/**
 * `max_over_time` (sign 1) and `min_over_time` (sign -1): a queue of the samples that are or may become the extreme, best
 * first, so that each sample is looked at twice and not once for every window that it lies in. Of equal ones the earlier
 * counts; a NaN only where there is nothing else.
 */
export function extremeOfFloats(sign: 1 | -1): SeriesKernel {
  let queue = new Uint32Array(64);
  return ({ timesMs, values }: RangeSeries, plan: WindowPlan, out: StepSeries): number => {
    const { firstEndMs, endStepMs, rangeMs, count } = plan;
    const { values: results, present } = out;
    const length = timesMs.length;
    if (queue.length < length) queue = new Uint32Array(length);
    let [low, high, front, back, fullest] = [0, 0, 0, 0, 0];
    for (let step = 0; step < count; step++) {
      const endMs = firstEndMs + step * endStepMs;
      const startMs = endMs - rangeMs;
      for (; high < length && (timesMs[high] as number) <= endMs; high++) {
        const value = sign * (values[high] as number);
        if (value !== value) continue;
        while (back > front && sign * (values[queue[back - 1] as number] as number) < value) back--;
        queue[back++] = high;
      }
      while (low < high && (timesMs[low] as number) <= startMs) low++;
      if (low === high) continue;
      if (high - low > fullest) fullest = high - low;
      while (front < back && (queue[front] as number) < low) front++;
      results[step] = values[front < back ? (queue[front] as number) : low] as number;
      present[step] = 1;
    }
    return fullest;
  };
}
