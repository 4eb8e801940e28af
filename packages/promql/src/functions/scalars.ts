import { timeAt } from "../eval/grid.ts";
import { vectorOf, type ScalarValue } from "../eval/value.ts";
import { Labels } from "../model/labels.ts";
import { floatSample, type StepSeries } from "../model/series.ts";
import { greater, lesser, rangeSeconds, stepSeconds } from "../plan/durations.ts";
import { scalarArgument, vectorArgument, type CallContext, type FunctionImplementation } from "./call.ts";

const perStep = ({ grid }: CallContext, value: (step: number) => number): ScalarValue => ({
  type: "scalar",
  values: Float64Array.from({ length: grid.count }, (_unused, step) => value(step)),
});

const constant =
  (value: (context: CallContext) => number): FunctionImplementation =>
  async (context) => {
    const fixed = value(context);
    return perStep(context, () => fixed);
  };

const ofTwo =
  (choose: (a: number, b: number) => number): FunctionImplementation =>
  async (context) => {
    const [left, right] = [await scalarArgument(context, 0), await scalarArgument(context, 1)];
    return perStep(context, (step) => choose(left[step] ?? NaN, right[step] ?? NaN));
  };

/** The only float of the vector; NaN when there is none or more than one. */
const scalar: FunctionImplementation = async (context) => {
  const series = await vectorArgument(context, 0);
  return perStep(context, (step) => {
    let found: StepSeries | undefined;
    for (const each of series) {
      if (each.present[step] !== floatSample) continue;
      if (found !== undefined) return NaN;
      found = each;
    }
    return found?.values[step] ?? NaN;
  });
};

const vector: FunctionImplementation = async (context) => {
  const values = await scalarArgument(context, 0);
  const present = new Uint8Array(context.grid.count).fill(floatSample);
  return vectorOf([{ labels: Labels.empty, dropName: false, values, present }]);
};

export const scalarFunctions: ReadonlyMap<string, FunctionImplementation> = new Map<string, FunctionImplementation>([
  ["time", async (context) => perStep(context, (step) => timeAt(context.grid, step) / 1000)],
  ["pi", constant(() => Math.PI)],
  ["start", constant(({ evaluation }) => evaluation.grid.startMs / 1000)],
  ["end", constant(({ evaluation }) => evaluation.grid.endMs / 1000)],
  ["step", constant(({ evaluation }) => stepSeconds(evaluation.grid))],
  ["range", constant(({ evaluation }) => rangeSeconds(evaluation.grid))],
  ["min_of", ofTwo(lesser)],
  ["max_of", ofTwo(greater)],
  ["scalar", scalar],
  ["vector", vector],
]);
