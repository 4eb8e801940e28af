import { messages } from "../eval/annotations.ts";
import { vectorOf, type VectorValue } from "../eval/value.ts";
import { absentSample, floatSample, type StepSeries } from "../model/series.ts";
import { compareNatural } from "../text/natural-order.ts";
import { stringArgument, vectorArgument, type CallContext, type FunctionImplementation } from "./call.ts";

/** Order has a meaning at a single step only. */
function ordered(
  context: CallContext,
  series: readonly StepSeries[],
  order: (a: StepSeries, b: StepSeries) => number,
): VectorValue {
  if (context.grid.count > 1) {
    context.evaluation.annotations.warn(messages.sortInRange, context.call.span);
    return vectorOf(series);
  }
  return { type: "vector", series: [...series].sort(order), ordered: true };
}

function onlyFloats(series: StepSeries): StepSeries {
  const { labels, dropName, values, present, histograms } = series;
  if (histograms === undefined) return series;
  return { labels, dropName, values, present: present.map((kind) => (kind === floatSample ? kind : absentSample)) };
}

/** By value, NaN last whichever the direction. Histograms are left out. */
const byValue =
  (direction: 1 | -1): FunctionImplementation =>
  async (context) => {
    const floats = (await vectorArgument(context, 0))
      .map(onlyFloats)
      .filter(({ present }) => present.includes(floatSample));
    return ordered(context, floats, (a, b) => {
      const [left, right] = [a.values[0] ?? NaN, b.values[0] ?? NaN];
      if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
      return left === right ? 0 : direction * (left < right ? -1 : 1);
    });
  };

/** By the values of labels in natural order, then by all labels. */
const byLabel =
  (direction: 1 | -1): FunctionImplementation =>
  async (context) => {
    const names = context.args.slice(1).map((_arg, index) => stringArgument(context, index + 1));
    return ordered(context, await vectorArgument(context, 0), (a, b) => {
      for (const name of names) {
        const difference = compareNatural(a.labels.get(name), b.labels.get(name));
        if (difference !== 0) return direction * difference;
      }
      return direction * a.labels.compare(b.labels);
    });
  };

export const sortFunctions: ReadonlyMap<string, FunctionImplementation> = new Map([
  ["sort", byValue(1)],
  ["sort_desc", byValue(-1)],
  ["sort_by_label", byLabel(1)],
  ["sort_by_label_desc", byLabel(-1)],
]);
