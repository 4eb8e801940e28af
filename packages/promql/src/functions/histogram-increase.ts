import { addHistograms, reduceToSchema, subtractHistograms } from "../histogram/arithmetic.ts";
import { detectReset } from "../histogram/counter-reset.ts";
import {
  compactHistogram,
  emptyHistogram,
  usesCustomBuckets,
  type FloatHistogram,
} from "../histogram/float-histogram.ts";
import { messages } from "../eval/annotations.ts";
import type { RangeSeries, Window } from "../eval/windows.ts";
import type { RangeCall } from "./range-function.ts";
import { isStartReset, startsOverlap } from "./start-time.ts";

/**
 * By how much a histogram grew over a window of at least two histograms: the difference of last and first, plus what
 * resets took away. Undefined, and a warning, when exponential and custom buckets are mixed.
 */
export function histogramIncrease(
  series: RangeSeries,
  window: Window,
  call: RangeCall,
  isCounter: boolean,
): FloatHistogram | undefined {
  const samples = (series.histograms ?? []).slice(window.low, window.high).filter((each) => each !== undefined);
  const [first, second] = samples;
  const last = samples.at(-1);
  if (first === undefined || second === undefined || last === undefined) return undefined;
  const name = series.labels.metricName;
  const mixed = (): undefined => {
    call.annotations.warn(messages.mixedSchemas(name), call.span);
    return undefined;
  };
  const startReset = (index: number): boolean => startResetAt(series, window.low + index);
  // After a reset right at the start the first sample does not count, nor does its bucket layout.
  const skipFirst = isCounter && (startReset(1) || detectReset(second, first));
  const base = skipFirst ? { ...emptyHistogram, schema: second.schema, customBounds: second.customBounds } : first;
  const relevant = isCounter ? samples.slice(1) : [last];
  if (usesCustomBuckets(last) !== usesCustomBuckets(base)) {
    if (isCounter && (first.hint === "gauge" || last.hint === "gauge"))
      call.annotations.warn(messages.notCounter(name), call.span);
    return mixed();
  }
  if (relevant.some((each) => usesCustomBuckets(each) !== usesCustomBuckets(base))) return mixed();
  const schema = Math.min(base.schema, ...relevant.map((each) => each.schema));
  const difference = subtractHistograms(reduceToSchema(last, schema), base);
  if (difference === undefined) return mixed();
  let total = difference.histogram;
  let addedReconciled = false;
  if (isCounter) {
    let previous: FloatHistogram = base;
    for (let index = 1; index < samples.length; index++) {
      const current = samples[index] ?? previous;
      if (startReset(index) || detectReset(current, previous)) {
        const sum = addHistograms(total, previous);
        if (sum === undefined) return mixed();
        addedReconciled ||= sum.boundsReconciled;
        total = sum.histogram;
      }
      previous = current;
    }
  }
  // Nothing else is told of samples that do not go together.
  if (isCounter) warnOverlap(series, window, call);
  if (isCounter && samples.some((each) => each.hint === "gauge"))
    call.annotations.warn(messages.notCounter(name), call.span);
  if (!isCounter && (first.hint !== "gauge" || last.hint !== "gauge"))
    call.annotations.warn(messages.notGauge(name), call.span);
  if (difference.boundsReconciled) call.annotations.info(messages.boundsReconciled("subtraction"), call.span);
  if (addedReconciled) call.annotations.info(messages.boundsReconciled("addition"), call.span);
  return compactHistogram({ ...total, hint: "gauge" });
}

function startResetAt({ startsMs, timesMs }: RangeSeries, index: number): boolean {
  if (startsMs === undefined) return false;
  return isStartReset(startsMs[index - 1] ?? 0, timesMs[index - 1] ?? 0, startsMs[index] ?? 0, timesMs[index] ?? 0);
}

function warnOverlap({ startsMs, timesMs, labels }: RangeSeries, { low, high }: Window, call: RangeCall): void {
  if (startsMs === undefined) return;
  for (let index = low + 1; index < high; index++)
    if (startsOverlap(startsMs[index - 1] ?? 0, timesMs[index - 1] ?? 0, startsMs[index] ?? 0))
      return call.annotations.startTimeOverlap(labels.metricName, call.span);
}
