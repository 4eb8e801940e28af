import { describe, expect, it } from "vitest";
import { Annotations } from "../eval/annotations.ts";
import { forEachWindow, type RangeSeries, type WindowPlan } from "../eval/windows.ts";
import { Labels } from "../model/labels.ts";
import { newSeries } from "../model/series.ts";
import { quantileOf } from "./quantile.ts";
import type { RangeCall } from "./range-function.ts";
import { rangeFunctions } from "./range-functions.ts";

/** Numbers from 0 to 1 that repeat from a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function generateSeries(random: () => number): RangeSeries {
  const odd = [NaN, Infinity, -Infinity, 0, -0, 1e308, -1e308, 5e-324];
  const kind = Math.floor(random() * 4);
  const [timesMs, values]: [number[], number[]] = [[], []];
  let [timeMs, value] = [Math.floor(random() * 100_000), random() < 0.5 ? 0 : random() * 1e6];
  for (let index = Math.floor(random() * 80); index > 0; index--) {
    timeMs += 1 + Math.floor(random() * (random() < 0.1 ? 200_000 : 15_000));
    if (kind === 0) value = random() < 0.1 ? 0 : value + Math.floor(random() * 10);
    else if (kind === 1) value += random() - 0.5;
    else if (kind === 2) value = odd[Math.floor(random() * odd.length)] ?? 0;
    else value = Math.floor(random() * 3);
    timesMs.push(timeMs);
    values.push(value);
  }
  return {
    labels: Labels.empty,
    dropName: false,
    timesMs: Float64Array.from(timesMs),
    values: Float64Array.from(values),
  };
}

function generatePlan(random: () => number): WindowPlan {
  const count = random() < 0.2 ? 1 : 1 + Math.floor(random() * 40);
  const firstMs = Math.floor(random() * 600_000) - 100_000;
  const stepMs = count === 1 || random() < 0.1 ? 0 : ([1, 999, 15_000, 60_000][Math.floor(random() * 4)] as number);
  return {
    firstEndMs: firstMs,
    endStepMs: stepMs,
    rangeMs: [1, 15_000, 90_000, 300_000][Math.floor(random() * 4)] as number,
    beforeMs: 0,
    afterMs: 0,
    firstEvalMs: firstMs,
    evalStepMs: stepMs,
    count,
  };
}

const callOf = ({ rangeMs }: WindowPlan): RangeCall => ({
  annotations: new Annotations(),
  scalars: [],
  rangeMs,
  anchored: false,
  smoothed: false,
  args: [],
  span: { start: 0, end: 0 },
});

describe("all steps of a series in one loop are what its windows give one by one", () => {
  const withSeriesKernel = [...rangeFunctions].filter(([, { seriesKernel }]) => seriesKernel !== undefined);

  it.each(withSeriesKernel)("%s", (_name, implementation) => {
    const random = randomFrom(3);
    for (let round = 0; round < 500; round++) {
      const [series, plan] = [generateSeries(random), generatePlan(random)];
      const [slow, fast] = [newSeries(Labels.empty, false, plan.count), newSeries(Labels.empty, false, plan.count)];
      const fullest = forEachWindow(series, plan, implementation.kernel(callOf(plan)), slow);
      expect(implementation.seriesKernel?.(callOf(plan))(series, plan, fast), `round ${round}`).toBe(fullest);
      expect(fast, `round ${round}`).toEqual(slow);
    }
  });
});

describe("quantiles", () => {
  it("are found without sorting as they are by sorting, NaN first", () => {
    const random = randomFrom(4);
    const odd = [NaN, Infinity, -Infinity, 0, 7];
    for (let round = 0; round < 2000; round++) {
      const values = Float64Array.from({ length: 1 + Math.floor(random() * 90) }, () =>
        random() < 0.3 ? (odd[Math.floor(random() * odd.length)] ?? 0) : Math.floor(random() * 20),
      );
      const q = [0, 1, 0.5, 0.9, random()][Math.floor(random() * 5)] ?? 0;
      const sorted = [...values].toSorted((a, b) => (Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b || 0));
      const rank = q * (sorted.length - 1);
      const lower = Math.floor(rank);
      const weight = rank - lower;
      const upper = sorted[Math.min(sorted.length - 1, lower + 1)] ?? NaN;
      expect(quantileOf(q, values), `round ${round}`).toBe((sorted[lower] ?? NaN) * (1 - weight) + upper * weight);
    }
  });
});
