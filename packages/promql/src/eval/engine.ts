import type { Expr, MatrixSelector, Subquery } from "../ast/nodes.ts";
import { unwrapParens } from "../ast/nodes.ts";
import type { LanguageOptions } from "../check/check.ts";
import { typeOf } from "../check/types.ts";
import { executionError, PromqlError } from "../errors.ts";
import { Labels } from "../model/labels.ts";
import { absentSample, floatSample, type StepSeries } from "../model/series.ts";
import { parse } from "../parse/parse.ts";
import { withoutBuckets } from "../plan/histogram-stats.ts";
import { planSelections } from "../plan/selections.ts";
import type { SelectResult, SeriesSource } from "../source/series-source.ts";
import { renderAnnotation } from "./annotations.ts";
import { systemClock, type Clock } from "./clock.ts";
import { evaluate } from "./evaluate.ts";
import { canceled, duplicateLabels, Evaluation, type EvaluationSettings } from "./evaluation.ts";
import { gridBetween, timeAt, type Grid, type QueryGrid } from "./grid.ts";
import { mergeSameLabels, removeDroppedNames } from "./merge.ts";
import { readRange } from "./range-input.ts";
import type { QueryResult, ResultData, ResultSeries, SelectorStats, VectorSample } from "./result.ts";
import { selectorStats } from "./selector-stats.ts";
import type { Value } from "./value.ts";
import type { RangeSeries } from "./windows.ts";

/** Defaults are those of Prometheus. */
export interface EngineOptions extends Partial<EvaluationSettings> {
  readonly language?: LanguageOptions;
  readonly clock?: Clock;
}

export const defaultSettings: EvaluationSettings = {
  lookbackMs: 5 * 60_000,
  subqueryStepMs: 60_000,
  samplesMax: 50_000_000,
  seriesMax: 1_000_000,
  timeoutMs: 120_000,
  delayedNameRemoval: false,
  useStartTimestamps: false,
};

export interface InstantQuery {
  readonly query: string | Expr;
  readonly timeMs: number;
  readonly signal?: AbortSignal;
}

export interface RangeQuery {
  readonly query: string | Expr;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly signal?: AbortSignal;
}

/** Evaluates queries over a source of series. Holds no state between queries. */
export class Engine {
  readonly #source: SeriesSource;
  readonly #settings: EvaluationSettings;
  readonly #language: LanguageOptions;
  readonly #clock: Clock;

  constructor(source: SeriesSource, options: EngineOptions = {}) {
    const { language, clock, ...settings } = options;
    this.#source = source;
    this.#settings = { ...defaultSettings, ...settings };
    this.#language = language ?? {};
    this.#clock = clock ?? systemClock;
  }

  /** @throws PromqlError */
  async instant({ query, timeMs, signal }: InstantQuery): Promise<QueryResult> {
    const { text, expr } = this.#read(query);
    const evaluation = this.#start(gridBetween(timeMs, timeMs, 0), signal);
    return this.#run(text, evaluation, async (selected) => {
      const inner = unwrapParens(expr);
      await load(expr, evaluation, selected);
      if (inner.kind === "matrixSelector" || inner.kind === "subquery") return rangeVector(inner, evaluation);
      return instantData(await evaluate(expr, evaluation.grid, evaluation), timeMs);
    });
  }

  /** @throws PromqlError */
  async range({ query, startMs, endMs, stepMs, signal }: RangeQuery): Promise<QueryResult> {
    const { text, expr } = this.#read(query);
    const type = typeOf(expr);
    if (type !== "scalar" && type !== "instant vector")
      throw new PromqlError(
        "parse",
        `invalid expression type "${type}" for range query, must be Scalar or instant Vector`,
        expr.span,
      );
    const evaluation = this.#start(gridBetween(startMs, endMs, stepMs), signal);
    return this.#run(text, evaluation, async (selected) => {
      await load(expr, evaluation, selected);
      return rangeData(await evaluate(expr, evaluation.grid, evaluation), evaluation.grid);
    });
  }

  #read(query: string | Expr): { text: string; expr: Expr } {
    return typeof query === "string" ? { text: query, expr: parse(query, this.#language) } : { text: "", expr: query };
  }

  #start(grid: QueryGrid, signal: AbortSignal | undefined): Evaluation {
    return new Evaluation({
      settings: this.#settings,
      source: this.#source,
      grid,
      clock: this.#clock,
      signal: signal ?? new AbortController().signal,
    });
  }

  async #run(
    text: string,
    evaluation: Evaluation,
    compute: (selected: SelectorStats[]) => Promise<ResultData>,
  ): Promise<QueryResult> {
    const selected: SelectorStats[] = [];
    const data = await compute(selected);
    const annotations = evaluation.annotations.list();
    const rendered = (level: "warning" | "info"): string[] =>
      annotations.filter((each) => each.level === level).map((each) => renderAnnotation(each, text));
    const stats = { ...totals(selected), samplesPeak: evaluation.samplesPeak, selectors: selected };
    return { data, annotations, warnings: rendered("warning"), infos: rendered("info"), stats };
  }
}

function totals(selected: readonly SelectorStats[]) {
  const sum = (of: (each: SelectorStats) => number): number => selected.reduce((total, each) => total + of(each), 0);
  return {
    seriesSelected: sum(({ series }) => series),
    samplesSelected: sum(({ samples }) => samples),
    selectorsComputed: sum(({ computed }) => (computed === null ? 0 : 1)),
  };
}

/** Asks the source for all selectors at the same time. */
async function load(expr: Expr, evaluation: Evaluation, selected: SelectorStats[]): Promise<void> {
  const { source, signal, grid, settings } = evaluation;
  const selections = planSelections(expr, grid, settings);
  if (signal.aborted) throw canceled();
  const results = await Promise.all(
    selections.map(async ({ selector, hints }) => source.select(selector.matchers, hints, signal)),
  );
  if (signal.aborted) throw canceled();
  selections.forEach((selection, index) => {
    const { selector, statsOnly } = selection;
    const result = results[index];
    if (result === undefined) return;
    selected.push(selectorStats(selection, result));
    evaluation.checkSeriesCount(totals(selected).seriesSelected);
    for (const warning of result.warnings ?? []) evaluation.annotations.warn(warning, selector.span);
    evaluation.selected.set(selector, statsOnly ? withStatsHints(result) : result);
  });
}

function withStatsHints(result: SelectResult): SelectResult {
  if (result.kind === "raw") return { ...result, series: result.series.map(withoutBuckets) };
  return result.raw === undefined ? result : { ...result, raw: result.raw.map(withoutBuckets) };
}

function instantData(value: Value, timeMs: number): ResultData {
  if (value.type === "string") return { type: "string", timeMs, value: value.value };
  if (value.type === "scalar") return { type: "scalar", timeMs, value: value.values[0] ?? NaN };
  const samples: VectorSample[] = [];
  for (const { labels, values, present, histograms } of mergeSameLabels(removeDroppedNames(value.series))) {
    if (present[0] === absentSample) continue;
    const histogram = present[0] === floatSample ? undefined : histograms?.[0];
    samples.push({ labels, timeMs, value: values[0] ?? NaN, ...(histogram === undefined ? {} : { histogram }) });
  }
  return { type: "vector", samples };
}

function rangeData(value: Value, grid: Grid): ResultData {
  if (value.type === "string") throw executionError("a string has no value at a step");
  const times = Float64Array.from({ length: grid.count }, (_unused, step) => timeAt(grid, step));
  if (value.type === "scalar") {
    const present = new Uint8Array(grid.count).fill(floatSample);
    return {
      type: "matrix",
      series: [points({ labels: Labels.empty, dropName: false, values: value.values, present }, grid, times)],
    };
  }
  const series = mergeSameLabels(removeDroppedNames(value.series)).map((each) => points(each, grid, times));
  const found = series.filter(({ values }) => values.length > 0);
  return { type: "matrix", series: found.sort((a, b) => a.labels.compare(b.labels)) };
}

/** `times` are those of all steps; series without gaps share them. */
function points({ labels, values, present, histograms }: StepSeries, grid: Grid, times: Float64Array): ResultSeries {
  if (histograms === undefined && !present.includes(absentSample)) return { labels, timestampsMs: times, values };
  const steps: number[] = [];
  for (let step = 0; step < present.length; step++) if (present[step] !== absentSample) steps.push(step);
  const timestampsMs = Float64Array.from(steps, (step) => timeAt(grid, step));
  const complete = steps.length === values.length;
  const kept = complete ? values : Float64Array.from(steps, (step) => values[step] ?? NaN);
  if (histograms === undefined) return { labels, timestampsMs, values: kept };
  const keptHistograms = steps.map((step) => (present[step] === floatSample ? undefined : histograms[step]));
  return { labels, timestampsMs, values: kept, histograms: keptHistograms };
}

/** The samples of a range vector themselves. */
async function rangeVector(node: MatrixSelector | Subquery, evaluation: Evaluation): Promise<ResultData> {
  const input = await readRange(node, evaluation.grid, evaluation, (expr, grid) => evaluate(expr, grid, evaluation));
  const { firstEndMs, rangeMs } = input.windows;
  const series = input.series
    .map((each) => within(each, firstEndMs - rangeMs, firstEndMs))
    .filter(({ values }) => values.length > 0);
  if (new Set(series.map(({ labels }) => labels.key)).size < series.length) throw duplicateLabels();
  return { type: "matrix", series: series.sort((a, b) => a.labels.compare(b.labels)) };
}

function within(series: RangeSeries, startMs: number, endMs: number): ResultSeries {
  const low = series.timesMs.findIndex((timeMs) => timeMs > startMs);
  const after = series.timesMs.findIndex((timeMs) => timeMs > endMs);
  const [from, to] = [low === -1 ? series.timesMs.length : low, after === -1 ? series.timesMs.length : after];
  const labels = series.dropName ? series.labels.withoutMetadata() : series.labels;
  const histograms = series.histograms?.slice(from, to);
  return {
    labels,
    timestampsMs: series.timesMs.slice(from, to),
    values: series.values.slice(from, to),
    ...(histograms === undefined ? {} : { histograms }),
  };
}
