import type { Call, Expr } from "../ast/nodes.ts";
import type { Evaluation } from "../eval/evaluation.ts";
import type { Grid } from "../eval/grid.ts";
import type { Evaluate } from "../eval/range-input.ts";
import type { StepSeries } from "../model/series.ts";
import type { Value } from "../eval/value.ts";

/** A function call that is being evaluated. */
export interface CallContext {
  readonly call: Call;
  /** Arguments without parentheses around them. */
  readonly args: readonly Expr[];
  readonly grid: Grid;
  readonly evaluation: Evaluation;
  readonly evaluate: Evaluate;
}

export type FunctionImplementation = (context: CallContext) => Promise<Value>;

/** The argument at an index, which the checker has made sure of. */
export function argument({ call, args }: CallContext, index: number): Expr {
  const arg = args[index];
  if (arg === undefined) throw new RangeError(`argument ${index} of ${call.name} is missing`);
  return arg;
}

export async function vectorArgument(context: CallContext, index: number): Promise<readonly StepSeries[]> {
  const value = await context.evaluate(argument(context, index), context.grid);
  return value.type === "vector" ? value.series : [];
}

export async function scalarArgument(context: CallContext, index: number): Promise<Float64Array> {
  const value = await context.evaluate(argument(context, index), context.grid);
  return value.type === "scalar" ? value.values : new Float64Array(context.grid.count).fill(NaN);
}

export function stringArgument(context: CallContext, index: number): string {
  const arg = argument(context, index);
  return arg.kind === "string" ? arg.value : "";
}
