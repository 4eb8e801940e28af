import { greater, lesser } from "../plan/durations.ts";
import { scalarArgument, vectorArgument, type CallContext, type FunctionImplementation } from "./call.ts";
import { mapFloats } from "./map-series.ts";
import { vectorOf } from "../eval/value.ts";

const sign = (value: number): number => (value < 0 ? -1 : value > 0 ? 1 : value);

const unary: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  acos: Math.acos,
  acosh: Math.acosh,
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atanh: Math.atanh,
  ceil: Math.ceil,
  cos: Math.cos,
  cosh: Math.cosh,
  deg: (value) => (value * 180) / Math.PI,
  exp: Math.exp,
  floor: Math.floor,
  ln: Math.log,
  log10: Math.log10,
  log2: Math.log2,
  rad: (value) => (value * Math.PI) / 180,
  sgn: sign,
  sin: Math.sin,
  sinh: Math.sinh,
  sqrt: Math.sqrt,
  tan: Math.tan,
  tanh: Math.tanh,
};

const mapping =
  (change: (value: number) => number): FunctionImplementation =>
  async (context) =>
    mapFloats(await vectorArgument(context, 0), context.evaluation, change);

/** Rounds to multiples of the second argument, halves up. */
const round: FunctionImplementation = async (context) => {
  const series = await vectorArgument(context, 0);
  const nearest = context.args.length > 1 ? await scalarArgument(context, 1) : undefined;
  return mapFloats(series, context.evaluation, (value, step) => {
    const inverse = 1 / (nearest?.[step] ?? 1);
    return Math.floor(value * inverse + 0.5) / inverse;
  });
};

async function clampBetween(context: CallContext, low: Float64Array | undefined, high: Float64Array | undefined) {
  const series = await vectorArgument(context, 0);
  const clamped = mapFloats(series, context.evaluation, (value, step) =>
    greater(low?.[step] ?? -Infinity, lesser(high?.[step] ?? Infinity, value)),
  );
  if (low === undefined || high === undefined) return clamped;
  // Where the bounds cross there is no result.
  for (const { present } of clamped.series)
    present.forEach((_kind, step) => {
      if ((high[step] ?? 0) < (low[step] ?? 0)) present[step] = 0;
    });
  return vectorOf(clamped.series.filter(({ present }) => present.includes(1)));
}

export const mathFunctions: ReadonlyMap<string, FunctionImplementation> = new Map<string, FunctionImplementation>([
  ...Object.entries(unary).map(([name, change]): [string, FunctionImplementation] => [name, mapping(change)]),
  ["round", round],
  [
    "clamp",
    async (context) => clampBetween(context, await scalarArgument(context, 1), await scalarArgument(context, 2)),
  ],
  ["clamp_min", async (context) => clampBetween(context, await scalarArgument(context, 1), undefined)],
  ["clamp_max", async (context) => clampBetween(context, undefined, await scalarArgument(context, 1))],
]);
