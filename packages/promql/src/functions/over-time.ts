import { setFloat, setHistogram } from "../model/series.ts";
import { messages } from "../eval/annotations.ts";
import { HistogramAccumulator } from "../histogram/kahan.ts";
import type { RangeKernel, RangeSeries, Window } from "../eval/windows.ts";
import { extremeOfFloats } from "./extreme-of-floats.ts";
import { overFloats, type FloatWindow } from "./float-window.ts";
import { CarriedMean, KahanSum } from "./kahan.ts";
import { quantileOf, quantileWithin, Scratch } from "./quantile.ts";
import { countHistograms, type RangeCall, type RangeFunction } from "./range-function.ts";

const floatFunction = (compute: (floats: FloatWindow) => number): RangeFunction => ({
  kernel: (call) => overFloats(call, compute),
});

const leastIn = ({ values, low, high }: FloatWindow): number => {
  let least = values[low] as number;
  for (let index = low + 1; index < high; index++) {
    const value = values[index] as number;
    if (value < least || Number.isNaN(least)) least = value;
  }
  return least;
};

const mostIn = ({ values, low, high }: FloatWindow): number => {
  let most = values[low] as number;
  for (let index = low + 1; index < high; index++) {
    const value = values[index] as number;
    if (value > most || Number.isNaN(most)) most = value;
  }
  return most;
};

export const minOverTime = { ...floatFunction(leastIn), seriesKernel: () => extremeOfFloats(-1) };
export const maxOverTime = { ...floatFunction(mostIn), seriesKernel: () => extremeOfFloats(1) };

const timeOfExtreme = (wins: (value: number, best: number) => boolean): RangeFunction =>
  floatFunction(({ values, timesMs, low, high }) => {
    let best = low;
    for (let index = low; index < high; index++) {
      const champion = values[best] ?? NaN;
      if (wins(values[index] ?? NaN, champion) || Number.isNaN(champion)) best = index;
    }
    return (timesMs[best] ?? 0) / 1000;
  });

export const tsOfMaxOverTime = timeOfExtreme((value, best) => value >= best);
export const tsOfMinOverTime = timeOfExtreme((value, best) => value <= best);

const variance = ({ values, low, high }: FloatWindow): number => {
  const mean = new KahanSum();
  const squares = new KahanSum();
  for (let index = low; index < high; index++) {
    const value = values[index] ?? NaN;
    const deviation = value - (mean.sum + mean.compensation);
    mean.add(deviation / (index - low + 1));
    squares.add(deviation * (value - (mean.sum + mean.compensation)));
  }
  return (squares.sum + squares.compensation) / (high - low);
};

export const stdvarOverTime = floatFunction(variance);
export const stddevOverTime = floatFunction((floats) => Math.sqrt(variance(floats)));

/** Median of the distances from the median; NaN as soon as a sample is. */
export const madOverTime = floatFunction(({ values, low, high }) => {
  const window = values.slice(low, high);
  if (window.some(Number.isNaN)) return NaN;
  const median = quantileOf(0.5, window);
  return quantileOf(
    0.5,
    window.map((value) => Math.abs(value - median)),
  );
});

export const quantileOverTime: RangeFunction = {
  kernel: (call) => {
    const quantiles = call.scalars[0] ?? new Float64Array();
    const span = call.args[0]?.span ?? call.span;
    const scratch = new Scratch();
    return overFloats({ ...call, span }, ({ values, low, high }, window) => {
      const q = quantiles[window.step] ?? NaN;
      if (!(q >= 0 && q <= 1)) call.annotations.warn(messages.invalidQuantile(q), span);
      return quantileWithin(q, values, low, high, scratch);
    });
  },
};

/** A function for floats or for histograms, but not for both in one window. */
function overOneKind(call: RangeCall, floats: (floats: FloatWindow) => number, kind: "sum" | "average"): RangeKernel {
  const reused: FloatWindow = { timesMs: new Float64Array(), values: new Float64Array(), low: 0, high: 0 };
  return (series, window, out) => {
    const histogramCount = countHistograms(series.histograms, window);
    if (histogramCount === 0) {
      reused.timesMs = series.timesMs;
      reused.values = series.values;
      reused.low = window.low;
      reused.high = window.high;
      out.values[window.step] = floats(reused);
      out.present[window.step] = 1;
    } else if (histogramCount < window.high - window.low) {
      call.annotations.warn(messages.mixedFloatsHistograms(series.labels.metricName), call.span);
    } else {
      const total = totalHistogram(series, window, call, kind);
      if (total !== undefined) setHistogram(out, window.step, total);
    }
  };
}

function totalHistogram(series: RangeSeries, window: Window, call: RangeCall, kind: "sum" | "average") {
  const accumulator = new HistogramAccumulator(kind);
  for (let index = window.low; index < window.high; index++) {
    const histogram = series.histograms?.[index];
    if (histogram !== undefined) accumulator.add(histogram);
  }
  const { histogram, resetCollision, boundsReconciled } = accumulator.total();
  if (histogram === undefined) call.annotations.warn(messages.mixedSchemas(series.labels.metricName), call.span);
  else {
    if (resetCollision) call.annotations.warn(messages.resetCollision("aggregation"), call.span);
    if (boundsReconciled) call.annotations.info(messages.boundsReconciled("aggregation"), call.span);
  }
  return histogram;
}

const sumFloats = ({ values, low, high }: FloatWindow): number => {
  let [sum, lost] = [0, 0];
  for (let index = low; index < high; index++) {
    const value = values[index] as number;
    const total = sum + value;
    if (Math.abs(total) === Infinity) lost = 0;
    else lost += Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
    sum = total;
  }
  return Math.abs(sum) === Infinity ? sum : sum + lost;
};

/** The sum divided, as long as it does not overflow. */
const averageFloats = (floats: FloatWindow): number => {
  const { values, low, high } = floats;
  let [sum, lost] = [values[low] as number, 0];
  for (let index = low + 1; index < high; index++) {
    const value = values[index] as number;
    const total = sum + value;
    if (Math.abs(total) === Infinity) return runningMean(floats);
    lost += Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
    sum = total;
  }
  const count = high - low;
  return sum / count + lost / count;
};

const runningMean = ({ values, low, high }: FloatWindow): number => {
  const mean = new CarriedMean();
  for (let index = low; index < high; index++) mean.add(values[index] as number);
  return mean.value;
};

export const sumOverTime: RangeFunction = { kernel: (call) => overOneKind(call, sumFloats, "sum") };
export const avgOverTime: RangeFunction = { kernel: (call) => overOneKind(call, averageFloats, "average") };

const everySample = (value: (series: RangeSeries, window: Window) => number): RangeFunction => ({
  kernel: () => (series, window, out) => {
    out.values[window.step] = value(series, window);
    out.present[window.step] = 1;
  },
});

export const countOverTime = everySample((_series, { low, high }) => high - low);
export const presentOverTime = everySample(() => 1);
export const tsOfFirstOverTime = everySample(({ timesMs }, { low }) => (timesMs[low] ?? 0) / 1000);
export const tsOfLastOverTime = everySample(({ timesMs }, { high }) => (timesMs[high - 1] ?? 0) / 1000);

const oneSample = (pick: (window: Window) => number): RangeFunction => ({
  keepsName: true,
  kernel: () => (series, window, out) => {
    const index = pick(window);
    const histogram = series.histograms?.[index];
    if (histogram === undefined) setFloat(out, window.step, series.values[index] ?? NaN);
    else setHistogram(out, window.step, histogram);
  },
});

export const firstOverTime = oneSample(({ low }) => low);
export const lastOverTime = oneSample(({ high }) => high - 1);
