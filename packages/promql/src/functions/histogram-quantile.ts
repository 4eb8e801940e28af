import { messages } from "../eval/annotations.ts";
import { duplicateLabels, type Evaluation } from "../eval/evaluation.ts";
import { timeAt } from "../eval/grid.ts";
import { mergeSameLabels } from "../eval/merge.ts";
import { vectorOf, type VectorValue } from "../eval/value.ts";
import { bucketFraction, bucketQuantile } from "../histogram/classic.ts";
import { histogramFraction } from "../histogram/fraction.ts";
import { histogramQuantile } from "../histogram/quantile.ts";
import type { Labels } from "../model/labels.ts";
import { isEmpty, newSeries, setFloat, type StepSeries } from "../model/series.ts";
import { formatOpenMetricsFloat } from "../text/go-format.ts";
import type { Span } from "../text/position.ts";
import {
  argument,
  scalarArgument,
  stringArgument,
  vectorArgument,
  type CallContext,
  type FunctionImplementation,
} from "./call.ts";
import { groupHistograms, histogramAt, type HistogramAt, type HistogramGroup } from "./histogram-vector.ts";

function warnAboutQuantile(q: number, evaluation: Evaluation, span: Span): void {
  if (!(q >= 0 && q <= 1)) evaluation.annotations.warn(messages.invalidQuantile(q), span);
}

/** The quantile of what a group is at a step. */
function quantileAt(
  at: HistogramAt,
  q: number,
  group: HistogramGroup,
  step: number,
  context: CallContext,
  span: Span,
): number {
  const { annotations } = context.evaluation;
  if (at.kind === "native") {
    const { value, nanEffect } = histogramQuantile(q, at.histogram);
    const name = at.labels.metricName;
    if (nanEffect === "result") annotations.info(messages.quantileNaNResult(name), span);
    if (nanEffect === "skew") annotations.info(messages.quantileNaNSkew(name), span);
    return value;
  }
  const { value, forced } = bucketQuantile(q, at.buckets);
  const { settings } = context.evaluation;
  const name = settings.delayedNameRemoval ? group.labels.metricName : "";
  if (forced !== undefined) annotations.forcedMonotonicity(name, span, timeAt(context.grid, step), forced);
  return value;
}

const quantileFunction: FunctionImplementation = async (context) => {
  const quantiles = await scalarArgument(context, 0);
  const series = await vectorArgument(context, 1);
  const { evaluation, grid } = context;
  for (const q of quantiles) warnAboutQuantile(q, evaluation, argument(context, 0).span);
  const { span } = argument(context, 1);
  const groups = groupHistograms(series, evaluation.annotations, span);
  const results = groups.map((group) =>
    overSteps(group, group.labels, context, (step) => {
      const at = histogramAt(group, step, evaluation.annotations, span);
      return at && quantileAt(at, quantiles[step] ?? NaN, group, step, context, span);
    }),
  );
  evaluation.hold(grid.count);
  evaluation.release(grid.count);
  return finished(results, evaluation);
};

const quantilesFunction: FunctionImplementation = async (context) => {
  const series = await vectorArgument(context, 0);
  const { evaluation } = context;
  const label = stringArgument(context, 1);
  const { span } = argument(context, 0);
  const groups = groupHistograms(series, evaluation.annotations, span);
  const results = new Map<string, StepSeries>();
  for (let index = 2; index < context.args.length; index++) {
    const quantiles = await scalarArgument(context, index);
    for (const q of quantiles) warnAboutQuantile(q, evaluation, argument(context, index).span);
    for (const group of groups)
      for (let step = 0; step < context.grid.count; step++) {
        const at = histogramAt(group, step, evaluation.annotations, span);
        if (at === undefined) continue;
        const q = quantiles[step] ?? NaN;
        const out = seriesFor(results, group.labels.with(label, formatOpenMetricsFloat(q)), context);
        if (out.present[step] !== 0) throw duplicateLabels();
        setFloat(out, step, quantileAt(at, q, group, step, context, span));
      }
  }
  return finished([...results.values()], evaluation);
};

function seriesFor(results: Map<string, StepSeries>, named: Labels, { evaluation, grid }: CallContext): StepSeries {
  const { labels, dropName } = evaluation.dropped(named);
  const known = results.get(labels.key);
  if (known !== undefined) return known;
  const created = newSeries(labels, dropName, grid.count);
  results.set(labels.key, created);
  return created;
}

const fractionFunction: FunctionImplementation = async (context) => {
  const lower = await scalarArgument(context, 0);
  const upper = await scalarArgument(context, 1);
  const { evaluation } = context;
  const { span } = argument(context, 2);
  const groups = groupHistograms(await vectorArgument(context, 2), evaluation.annotations, span);
  const results = groups.map((group) =>
    overSteps(group, group.labels, context, (step) => {
      const at = histogramAt(group, step, evaluation.annotations, span);
      if (at === undefined) return undefined;
      const [from, to] = [lower[step] ?? NaN, upper[step] ?? NaN];
      if (at.kind === "classic") return bucketFraction(from, to, at.buckets);
      const { value, hasNaN } = histogramFraction(from, to, at.histogram);
      if (hasNaN) evaluation.annotations.info(messages.fractionNaN(at.labels.metricName), span);
      return value;
    }),
  );
  return finished(results, evaluation);
};

function overSteps(
  group: HistogramGroup,
  named: Labels,
  { evaluation, grid }: CallContext,
  compute: (step: number) => number | undefined,
): StepSeries {
  const { labels, dropName } = evaluation.dropped(named);
  const out = newSeries(labels, dropName, grid.count);
  for (let step = 0; step < grid.count; step++) {
    const value = compute(step);
    if (value !== undefined) setFloat(out, step, value);
  }
  return out;
}

function finished(results: readonly StepSeries[], evaluation: Evaluation): VectorValue {
  const found = results.filter((each) => !isEmpty(each));
  return vectorOf(evaluation.settings.delayedNameRemoval ? found : mergeSameLabels(found));
}

export const histogramVectorFunctions: ReadonlyMap<string, FunctionImplementation> = new Map([
  ["histogram_quantile", quantileFunction],
  ["histogram_quantiles", quantilesFunction],
  ["histogram_fraction", fractionFunction],
]);
