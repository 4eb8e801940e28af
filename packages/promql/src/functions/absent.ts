import type { Expr } from "../ast/nodes.ts";
import { readRange } from "../eval/range-input.ts";
import { vectorOf, type VectorValue } from "../eval/value.ts";
import { forEachWindow } from "../eval/windows.ts";
import { Labels, metricNameLabel } from "../model/labels.ts";
import { floatSample, newSeries } from "../model/series.ts";
import { argument, vectorArgument, type CallContext, type FunctionImplementation } from "./call.ts";

const absent: FunctionImplementation = async (context) => {
  const series = await vectorArgument(context, 0);
  return whereNothing(
    context,
    series.map(({ present }) => present),
  );
};

const absentOverTime: FunctionImplementation = async (context) => {
  const arg = argument(context, 0);
  if (arg.kind !== "matrixSelector" && arg.kind !== "subquery") return vectorOf([]);
  const { grid, evaluation, evaluate } = context;
  const input = await readRange(arg, grid, evaluation, evaluate);
  evaluation.release(input.samplesHeld);
  const presence = input.series.map((series) => {
    const out = newSeries(series.labels, false, grid.count);
    forEachWindow(series, input.windows, (_series, window) => (out.present[window.step] = floatSample), out);
    return out.present;
  });
  return whereNothing(context, presence);
};

function whereNothing(context: CallContext, presence: readonly Uint8Array[]): VectorValue {
  const { count } = context.grid;
  const out = newSeries(absentLabels(argument(context, 0)), false, count);
  for (let step = 0; step < count; step++) {
    if (presence.some((present) => present[step] !== 0)) continue;
    out.values[step] = 1;
    out.present[step] = floatSample;
  }
  return vectorOf(out.present.includes(floatSample) ? [out] : []);
}

/** The labels that the selector pins to one value each, as far as it says so without contradiction. */
function absentLabels(expr: Expr): Labels {
  const selector = expr.kind === "matrixSelector" ? expr.selector : expr;
  if (selector.kind !== "vectorSelector") return Labels.empty;
  const pinned = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, operator, value } of selector.matchers) {
    if (name === metricNameLabel) continue;
    // A second matcher on a label makes its value unknown.
    if (operator === "=" && !seen.has(name)) pinned.set(name, value);
    else pinned.delete(name);
    if (operator === "=") seen.add(name);
  }
  return Labels.fromEntries(pinned);
}

export const absentFunctions: ReadonlyMap<string, FunctionImplementation> = new Map([
  ["absent", absent],
  ["absent_over_time", absentOverTime],
]);
