import type { Expr, MatrixSelector, Subquery } from "../ast/nodes.ts";
import { withHint } from "../histogram/float-histogram.ts";
import { absentSample, histogramSample, type StepSeries } from "../model/series.ts";
import { staleFlags } from "../model/stale.ts";
import { durationMs } from "../plan/durations.ts";
import { referenceGrid, subqueryGrid } from "../plan/times.ts";
import type { ComputedSeries, RawSeries } from "../source/series-source.ts";
import { countSamples, type Evaluation } from "./evaluation.ts";
import { timeAt, type Grid } from "./grid.ts";
import type { Value } from "./value.ts";
import type { RangeSeries, WindowPlan } from "./windows.ts";

export type Evaluate = (expr: Expr, grid: Grid) => Promise<Value>;

/** A range vector, ready for a function over it. */
export interface RangeInput {
  readonly series: readonly RangeSeries[];
  readonly windows: WindowPlan;
  /** What the source has already computed: these series have their function behind them. */
  readonly computed: readonly ComputedSeries[];
  /** Samples that were counted against the limit, to be released after use. */
  readonly samplesHeld: number;
}

export async function readRange(
  node: MatrixSelector | Subquery,
  grid: Grid,
  evaluation: Evaluation,
  evaluate: Evaluate,
): Promise<RangeInput> {
  return node.kind === "matrixSelector"
    ? readMatrix(node, grid, evaluation)
    : readSubquery(node, grid, evaluation, evaluate);
}

function windowsOver(
  reference: Grid,
  grid: Grid,
  rangeMs: number,
  reach: { beforeMs: number; afterMs: number },
): WindowPlan {
  return {
    firstEndMs: reference.startMs,
    endStepMs: reference.count === 1 ? 0 : reference.stepMs,
    rangeMs,
    ...reach,
    firstEvalMs: grid.startMs,
    evalStepMs: grid.stepMs,
    count: grid.count,
  };
}

function readMatrix(node: MatrixSelector, grid: Grid, evaluation: Evaluation): RangeInput {
  const { selector } = node;
  const result = evaluation.selected.get(selector);
  const { lookbackMs, useStartTimestamps } = evaluation.settings;
  const reach = {
    beforeMs: selector.anchored || selector.smoothed ? lookbackMs : 0,
    afterMs: selector.smoothed ? lookbackMs : 0,
  };
  const reference = referenceGrid(selector, grid, evaluation.grid);
  const windows = windowsOver(reference, grid, durationMs(node.range, evaluation.grid, "positive"), reach);
  const raws = (result?.kind === "computed" ? result.raw : result?.series) ?? [];
  const series = raws.map((raw) => withoutStale(raw, useStartTimestamps));
  return { series, windows, computed: result?.kind === "computed" ? result.series : [], samplesHeld: 0 };
}

export function withoutStale(raw: RawSeries, useStartTimestamps: boolean): RangeSeries {
  const { labels, histograms } = raw;
  const startsMs = useStartTimestamps ? raw.startTimestampsMs : undefined;
  const stale = staleFlags(raw.values, raw.hasStale);
  const kept = stale === undefined ? undefined : keptIndexes(stale, histograms);
  if (kept === undefined || kept.length === raw.values.length) {
    return {
      labels,
      dropName: false,
      timesMs: raw.timestampsMs,
      values: raw.values,
      ...(histograms === undefined ? {} : { histograms }),
      ...(startsMs === undefined ? {} : { startsMs }),
    };
  }
  const pick = (from: Float64Array): Float64Array => Float64Array.from(kept, (index) => from[index] ?? NaN);
  return {
    labels,
    dropName: false,
    timesMs: pick(raw.timestampsMs),
    values: pick(raw.values),
    ...(histograms === undefined ? {} : { histograms: kept.map((index) => histograms[index]) }),
    ...(startsMs === undefined ? {} : { startsMs: pick(startsMs) }),
  };
}

function keptIndexes(stale: Uint8Array, histograms: RawSeries["histograms"]): number[] {
  const kept: number[] = [];
  stale.forEach((flag, index) => {
    if (flag === 0 || histograms?.[index] !== undefined) kept.push(index);
  });
  return kept;
}

async function readSubquery(
  node: Subquery,
  grid: Grid,
  evaluation: Evaluation,
  evaluate: Evaluate,
): Promise<RangeInput> {
  const reference = referenceGrid(node, grid, evaluation.grid);
  const inner = subqueryGrid(node, reference, evaluation.grid, evaluation.settings.subqueryStepMs);
  const rangeMs = durationMs(node.range, evaluation.grid, "positive");
  const windows = windowsOver(reference, grid, rangeMs, { beforeMs: 0, afterMs: 0 });
  if (inner.count === 0) return { series: [], windows, computed: [], samplesHeld: 0 };
  const value = await evaluate(node.expr, inner);
  const found = value.type === "vector" ? value.series : [];
  const samplesHeld = countSamples(found);
  evaluation.hold(samplesHeld);
  return { series: found.map((each) => asRange(each, inner)), windows, computed: [], samplesHeld };
}

/** For a function: a subquery may skip or repeat samples, so what they said about the sample before them is void. */
export function withoutResetHints(series: RangeSeries): RangeSeries {
  if (series.histograms === undefined) return series;
  const histograms = series.histograms.map((each) =>
    each === undefined || each.hint === "gauge" ? each : withHint(each, "unknown"),
  );
  return { ...series, histograms };
}

function asRange(series: StepSeries, grid: Grid): RangeSeries {
  const steps: number[] = [];
  series.present.forEach((kind, step) => {
    if (kind !== absentSample) steps.push(step);
  });
  const { labels, dropName } = series;
  const timesMs = Float64Array.from(steps, (step) => timeAt(grid, step));
  const values = Float64Array.from(steps, (step) => series.values[step] ?? NaN);
  if (series.histograms === undefined) return { labels, dropName, timesMs, values };
  const histograms = steps.map((step) =>
    series.present[step] === histogramSample ? series.histograms?.[step] : undefined,
  );
  return { labels, dropName, timesMs, values, histograms };
}
