import { divideHistogram, subtractHistograms } from "../histogram/arithmetic.ts";
import { detectReset } from "../histogram/counter-reset.ts";
import { compactHistogram, type FloatHistogram } from "../histogram/float-histogram.ts";
import { setFloat, setHistogram } from "../model/series.ts";
import { messages } from "../eval/annotations.ts";
import type { RangeKernel, RangeSeries } from "../eval/windows.ts";
import type { RangeCall, RangeFunction } from "./range-function.ts";
import { isStartReset } from "./start-time.ts";

/** Per-second difference of the last two samples. */
export const irate: RangeFunction = { kernel: (call) => lastTwo(call, true) };
/** Difference of the last two samples. */
export const idelta: RangeFunction = { kernel: (call) => lastTwo(call, false) };

function lastTwo(call: RangeCall, isRate: boolean): RangeKernel {
  // The warnings of these two functions point at the arguments, as Prometheus has it.
  const { annotations, span } = call;
  return (series, window, out) => {
    const last = window.high - 1;
    const previous = last - 1;
    if (previous < window.low) return;
    const [previousMs, lastMs] = [series.timesMs[previous] ?? 0, series.timesMs[last] ?? 0];
    const seconds = (lastMs - previousMs) / 1000;
    if (seconds === 0) return;
    const [a, b] = [series.histograms?.[previous], series.histograms?.[last]];
    const startReset = startResetAt(series, last);
    if (a === undefined && b === undefined) {
      const [from, to] = [series.values[previous] ?? NaN, series.values[last] ?? NaN];
      const difference = isRate && (to < from || startReset) ? to : to - from;
      setFloat(out, window.step, isRate ? difference / seconds : difference);
      return;
    }
    const name = series.labels.metricName;
    if (a === undefined || b === undefined) {
      annotations.warn(messages.mixedFloatsHistograms(name), span);
      return;
    }
    if (isRate && (a.hint === "gauge" || b.hint === "gauge")) annotations.warn(messages.notCounter(name), span);
    if (!isRate && (a.hint !== "gauge" || b.hint !== "gauge")) annotations.warn(messages.notGauge(name), span);
    const difference = isRate && (startReset || detectReset(b, a)) ? b : subtract(b, a, call, name);
    if (difference === undefined) return;
    const compacted = compactHistogram({ ...difference, hint: "gauge" });
    setHistogram(out, window.step, isRate ? divideHistogram(compacted, seconds) : compacted);
  };
}

function startResetAt({ startsMs, timesMs }: RangeSeries, index: number): boolean {
  if (startsMs === undefined) return false;
  return isStartReset(startsMs[index - 1] ?? 0, timesMs[index - 1] ?? 0, startsMs[index] ?? 0, timesMs[index] ?? 0);
}

function subtract(b: FloatHistogram, a: FloatHistogram, call: RangeCall, name: string): FloatHistogram | undefined {
  const result = subtractHistograms(b, a);
  if (result === undefined) call.annotations.warn(messages.mixedSchemas(name), call.span);
  else if (result.boundsReconciled) call.annotations.info(messages.boundsReconciled("subtraction"), call.span);
  return result?.histogram;
}
