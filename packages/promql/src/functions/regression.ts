import { executionError } from "../errors.ts";
import { overFloats, type FloatWindow } from "./float-window.ts";
import { KahanSum } from "./kahan.ts";
import type { RangeFunction } from "./range-function.ts";

/** Slope per second of the line through the samples (least squares). */
export const deriv: RangeFunction = {
  // Times relative to the first sample keep the sums small.
  kernel: (call) => overFloats(call, (floats) => regression(floats, floats.timesMs[floats.low] ?? 0).slope, 2),
};

/** The value of that line some seconds after the evaluation. */
export const predictLinear: RangeFunction = {
  kernel: (call) =>
    overFloats(
      call,
      (floats, window) => {
        const { slope, intercept } = regression(floats, window.evalMs);
        return slope * (call.scalars[0]?.[window.step] ?? NaN) + intercept;
      },
      2,
    ),
};

function regression(
  { timesMs, values, low, high }: FloatWindow,
  originMs: number,
): { slope: number; intercept: number } {
  const [sumX, sumY, sumXY, sumXX] = [new KahanSum(), new KahanSum(), new KahanSum(), new KahanSum()];
  const first = values[low] ?? NaN;
  let constant = true;
  for (let index = low; index < high; index++) {
    const y = values[index] as number;
    if (constant && index > low && y !== first) constant = false;
    const x = ((timesMs[index] as number) - originMs) / 1000;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumXX.add(x * x);
  }
  if (constant) return Math.abs(first) === Infinity ? { slope: NaN, intercept: NaN } : { slope: 0, intercept: first };
  const total = (sum: KahanSum): number => sum.sum + sum.compensation;
  const count = high - low;
  const [x, y] = [total(sumX), total(sumY)];
  const covariance = total(sumXY) - (x * y) / count;
  const variance = total(sumXX) - (x * x) / count;
  const slope = covariance / variance;
  return { slope, intercept: y / count - (slope * x) / count };
}

/** Double exponential smoothing (Holt's linear trend). */
export const doubleExponentialSmoothing: RangeFunction = {
  kernel: (call) =>
    overFloats(
      call,
      (floats, window) => {
        const smoothing = factor("smoothing factor", "sf", call.scalars[0]?.[window.step] ?? NaN);
        const trend = factor("trend factor", "tf", call.scalars[1]?.[window.step] ?? NaN);
        return smooth(floats, smoothing, trend);
      },
      2,
    ),
};

function factor(name: string, short: string, value: number): number {
  if (value <= 0 || value >= 1)
    throw executionError(`invalid ${name}. Expected: 0 < ${short} < 1, got: ${value.toFixed(6)}`);
  return value;
}

function smooth({ values, low, high }: FloatWindow, smoothing: number, trendFactor: number): number {
  let previous = 0;
  let level = values[low] ?? NaN;
  let trend = (values[low + 1] ?? NaN) - level;
  for (let index = low + 1; index < high; index++) {
    if (index > low + 1) trend = trendFactor * (level - previous) + (1 - trendFactor) * trend;
    const next = smoothing * (values[index] ?? NaN) + (1 - smoothing) * (level + trend);
    previous = level;
    level = next;
  }
  return level;
}
