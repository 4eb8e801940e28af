import { evaluateSelector, type SampleReader } from "../eval/instant-selector.ts";
import { timeAt } from "../eval/grid.ts";
import { vectorOf, type VectorValue } from "../eval/value.ts";
import { mergeSameLabels } from "../eval/merge.ts";
import { Labels } from "../model/labels.ts";
import { absentSample, floatSample, newSeries, setFloat } from "../model/series.ts";
import { argument, vectorArgument, type CallContext, type FunctionImplementation } from "./call.ts";
import { mapFloats } from "./map-series.ts";

const dayMs = 86_400_000;

const dateParts: Readonly<Record<string, (date: Date) => number>> = {
  day_of_month: (date) => date.getUTCDate(),
  day_of_week: (date) => date.getUTCDay(),
  day_of_year: (date) => (startOfDay(date) - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs + 1,
  days_in_month: (date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  month: (date) => date.getUTCMonth() + 1,
  year: (date) => date.getUTCFullYear(),
};

const startOfDay = (date: Date): number => Math.floor(date.getTime() / dayMs) * dayMs;

/** Seconds since 1970 to a part of the date in UTC; without an argument, of the time of evaluation. */
const datePart =
  (part: (date: Date) => number): FunctionImplementation =>
  async (context) => {
    const { grid, evaluation } = context;
    if (context.args.length > 0)
      return mapFloats(await vectorArgument(context, 0), evaluation, (value) =>
        part(new Date(Math.trunc(value) * 1000)),
      );
    const now = newSeries(Labels.empty, false, grid.count);
    for (let step = 0; step < grid.count; step++)
      setFloat(now, step, part(new Date(Math.floor(timeAt(grid, step) / 1000) * 1000)));
    return vectorOf([now]);
  };

const readTime: SampleReader = (raw, index, out, step) => setFloat(out, step, (raw.timestampsMs[index] ?? 0) / 1000);

const readStart: SampleReader = (raw, index, out, step) =>
  setFloat(out, step, (raw.startTimestampsMs?.[index] ?? 0) / 1000);

function unnamed({ series }: VectorValue, { evaluation }: CallContext): VectorValue {
  const results = series.map((each) => evaluation.withoutName(each));
  return vectorOf(evaluation.settings.delayedNameRemoval ? results : mergeSameLabels(results));
}

/** When the sample was taken; for anything but a selector that is the time of evaluation. */
const timestamp: FunctionImplementation = async (context) => {
  const arg = argument(context, 0);
  if (arg.kind === "vectorSelector")
    return unnamed(await evaluateSelector(arg, context.grid, context.evaluation, readTime), context);
  const series = (await vectorArgument(context, 0)).map((each) => {
    const out = newSeries(each.labels, each.dropName, each.present.length);
    each.present.forEach((kind, step) => {
      if (kind !== absentSample) setFloat(out, step, timeAt(context.grid, step) / 1000);
    });
    return out;
  });
  return unnamed(vectorOf(series.filter(({ present }) => present.includes(floatSample))), context);
};

/** The start timestamp of the sample, 0 when unknown; nothing for anything but a selector. */
const startTimestamp: FunctionImplementation = async (context) => {
  const arg = argument(context, 0);
  if (arg.kind !== "vectorSelector" || !context.evaluation.settings.useStartTimestamps) {
    // Only for what it says about the argument.
    await vectorArgument(context, 0);
    return vectorOf([]);
  }
  return unnamed(await evaluateSelector(arg, context.grid, context.evaluation, readStart), context);
};

export const timeFunctions: ReadonlyMap<string, FunctionImplementation> = new Map<string, FunctionImplementation>([
  ...Object.entries(dateParts).map(([name, part]): [string, FunctionImplementation] => [name, datePart(part)]),
  ["timestamp", timestamp],
  ["start_timestamp", startTimestamp],
]);
