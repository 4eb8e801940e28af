import { executionError } from "../errors.ts";
import { mergeSameLabels } from "../eval/merge.ts";
import { vectorOf } from "../eval/value.ts";
import { isValidLabelName, metricNameLabel } from "../model/labels.ts";
import { relabel, type StepSeries } from "../model/series.ts";
import { type AnchoredRegexp, compileAnchored, expandTemplate } from "../text/go-regexp.ts";
import { stringArgument, vectorArgument, type FunctionImplementation } from "./call.ts";

/** A name that was set on purpose stays. */
function withLabel(series: StepSeries, name: string, value: string): StepSeries {
  return relabel(series, series.labels.with(name, value), name === metricNameLabel ? false : series.dropName);
}

const labelReplace: FunctionImplementation = async (context) => {
  const [, target, replacement, source, expression] = [0, 1, 2, 3, 4].map((index) =>
    index === 0 ? "" : stringArgument(context, index),
  ) as [string, string, string, string, string];
  let pattern: AnchoredRegexp;
  try {
    pattern = compileAnchored(expression);
  } catch {
    throw executionError(`invalid regular expression in label_replace(): ${expression}`, context.call.span);
  }
  if (!isValidLabelName(target))
    throw executionError(`invalid destination label name in label_replace(): ${target}`, context.call.span);
  const series = (await vectorArgument(context, 0)).map((each) => {
    const match = pattern.exec(each.labels.get(source));
    return match === null ? each : withLabel(each, target, expandTemplate(replacement, match));
  });
  return vectorOf(mergeSameLabels(series));
};

const labelJoin: FunctionImplementation = async (context) => {
  const target = stringArgument(context, 1);
  const separator = stringArgument(context, 2);
  const sources = context.args.slice(3).map((_arg, index) => stringArgument(context, index + 3));
  for (const source of sources)
    if (!isValidLabelName(source))
      throw executionError(`invalid source label name in label_join(): ${source}`, context.call.span);
  if (!isValidLabelName(target))
    throw executionError(`invalid destination label name in label_join(): ${target}`, context.call.span);
  const series = (await vectorArgument(context, 0)).map((each) =>
    withLabel(each, target, sources.map((source) => each.labels.get(source)).join(separator)),
  );
  return vectorOf(mergeSameLabels(series));
};

export const labelFunctions: ReadonlyMap<string, FunctionImplementation> = new Map([
  ["label_replace", labelReplace],
  ["label_join", labelJoin],
]);
