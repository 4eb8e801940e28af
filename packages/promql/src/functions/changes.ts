import { detectReset } from "../histogram/counter-reset.ts";
import { equalHistograms, type FloatHistogram } from "../histogram/float-histogram.ts";
import { setFloat } from "../model/series.ts";
import type { RangeKernel, RangeSeries, Window } from "../eval/windows.ts";
import type { RangeCall, RangeFunction } from "./range-function.ts";
import { isStartReset } from "./start-time.ts";

/** How often the value changed. */
export const changes: RangeFunction = {
  kernel: (call) =>
    countPairs(call, {
      floats: (previous, value) => value !== previous && !(Number.isNaN(value) && Number.isNaN(previous)),
      histograms: (previous, value) => !equalHistograms(previous, value),
    }),
};

/** How often a counter was reset. */
export const resets: RangeFunction = {
  kernel: (call) =>
    countPairs(call, {
      floats: (previous, value) => value < previous,
      histograms: (previous, value) => detectReset(value, previous),
      starts: true,
    }),
};

interface PairTest {
  readonly floats: (previous: number, value: number) => boolean;
  readonly histograms: (previous: FloatHistogram, value: FloatHistogram) => boolean;
  /** Start timestamps count too. */
  readonly starts?: true;
}

function countPairs(call: RangeCall, test: PairTest): RangeKernel {
  return (series, window, out) => {
    const first = call.anchored ? anchor(series, window) : window.low;
    if (first === undefined) return;
    let count = 0;
    for (let index = first + 1; index < window.high; index++) if (differs(series, index, test)) count++;
    setFloat(out, window.step, count);
  };
}

/** The last sample at or before the window, or else the first in it; undefined when the window is empty. */
function anchor({ timesMs }: RangeSeries, window: Window): number | undefined {
  if ((timesMs[window.high - 1] ?? 0) <= window.startMs) return undefined;
  let index = window.low;
  while (index + 1 < window.high && (timesMs[index + 1] ?? 0) <= window.startMs) index++;
  return index;
}

function differs(series: RangeSeries, index: number, test: PairTest): boolean {
  const { values, histograms, startsMs, timesMs } = series;
  const [previous, current] = [histograms?.[index - 1], histograms?.[index]];
  if ((previous === undefined) !== (current === undefined)) return true;
  if (
    test.starts &&
    startsMs !== undefined &&
    isStartReset(startsMs[index - 1] ?? 0, timesMs[index - 1] ?? 0, startsMs[index] ?? 0, timesMs[index] ?? 0)
  )
    return true;
  if (previous !== undefined && current !== undefined) return test.histograms(previous, current);
  return test.floats(values[index - 1] ?? NaN, values[index] ?? NaN);
}
