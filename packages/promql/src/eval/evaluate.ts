import { isSetOperator, unwrapParens, type Aggregate, type Binary, type Expr, type Unary } from "../ast/nodes.ts";
import { countValues } from "../aggregate/count-values.ts";
import { aggregate, quantileReducer, reducers } from "../aggregate/reduce.ts";
import { selectSeries } from "../aggregate/select.ts";
import { scalarWithScalar, vectorWithScalar } from "../binary/with-scalar.ts";
import { applySetOperator } from "../binary/set-operators.ts";
import { applyVectorOperator } from "../binary/vectors.ts";
import { executionError } from "../errors.ts";
import { functions } from "../functions/functions.ts";
import { rangeFunctions } from "../functions/range-functions.ts";
import { multiplyHistogram } from "../histogram/arithmetic.ts";
import { broadcast, floatSample, newSeries, setFloat, setHistogram, type StepSeries } from "../model/series.ts";
import { isPinned } from "../plan/times.ts";
import { messages } from "./annotations.ts";
import { countSamples, type Evaluation } from "./evaluation.ts";
import { firstOf, type Grid } from "./grid.ts";
import { evaluateSelector, fromComputed } from "./instant-selector.ts";
import { mergeSameLabels } from "./merge.ts";
import { evaluateRangeCall, hintAtNonCounter, metricOf } from "./range-call.ts";
import { vectorOf, type Value, type VectorValue } from "./value.ts";

/** Evaluates an expression at all steps of a grid at once. The selectors were read before (`evaluation.selected`). */
export async function evaluate(expr: Expr, grid: Grid, evaluation: Evaluation): Promise<Value> {
  if (grid.count > 1 && isPinned(expr)) return repeat(await evaluate(expr, firstOf(grid), evaluation), grid.count);
  const pause = evaluation.checkpoint();
  if (pause !== undefined) await pause;
  const inner = (child: Expr, childGrid: Grid): Promise<Value> => evaluate(child, childGrid, evaluation);
  switch (expr.kind) {
    case "number":
      return { type: "scalar", values: new Float64Array(grid.count).fill(expr.value) };
    case "string":
      return { type: "string", value: expr.value };
    case "paren":
      return inner(expr.expr, grid);
    case "vectorSelector":
      if (expr.anchored) throw executionError("anchored modifier can only be used with range vectors", expr.span);
      return evaluateSelector(expr, grid, evaluation);
    case "unary":
      return negate(expr, await inner(expr.expr, grid), evaluation);
    case "binary":
      return evaluateBinary(expr, grid, evaluation);
    case "aggregate":
      return evaluateAggregate(expr, grid, evaluation);
    case "call": {
      const overRange = rangeFunctions.get(expr.name);
      if (overRange !== undefined) return evaluateRangeCall(expr, overRange, grid, evaluation, inner);
      const implementation = functions.get(expr.name);
      if (implementation === undefined) throw executionError(`function ${expr.name} is not implemented`, expr.span);
      return implementation({ call: expr, args: expr.args.map(unwrapParens), grid, evaluation, evaluate: inner });
    }
    case "matrixSelector":
    case "subquery":
      throw executionError("a range vector has no value at a step", expr.span);
  }
}

function repeat(value: Value, count: number): Value {
  if (value.type === "scalar") return { type: "scalar", values: new Float64Array(count).fill(value.values[0] ?? NaN) };
  if (value.type === "string") return value;
  return vectorOf(value.series.map((series) => broadcast(series, count)));
}

function negate(expr: Unary, value: Value, evaluation: Evaluation): Value {
  if (expr.operator === "+" || value.type === "string") return value;
  if (value.type === "scalar") return { type: "scalar", values: value.values.map((each) => -each) };
  const series = value.series.map((from) => {
    const { labels, dropName } = evaluation.dropped(from.labels);
    const out = newSeries(labels, dropName, from.present.length);
    from.present.forEach((kind, step) => {
      const histogram = from.histograms?.[step];
      if (kind === floatSample) setFloat(out, step, -(from.values[step] ?? NaN));
      else if (kind !== 0 && histogram !== undefined) setHistogram(out, step, multiplyHistogram(histogram, -1));
    });
    return out;
  });
  return vectorOf(evaluation.settings.delayedNameRemoval ? series : mergeSameLabels(series));
}

async function evaluateBinary(node: Binary, grid: Grid, evaluation: Evaluation): Promise<Value> {
  const left = await evaluate(node.left, grid, evaluation);
  const heldLeft = left.type === "vector" ? countSamples(left.series) : 0;
  evaluation.hold(heldLeft);
  const right = await evaluate(node.right, grid, evaluation);
  evaluation.release(heldLeft);
  if (left.type === "scalar" && right.type === "scalar") return scalarWithScalar(node, left, right);
  if (left.type === "vector" && right.type === "scalar")
    return vectorWithScalar(node, left.series, right.values, false, evaluation);
  if (left.type === "scalar" && right.type === "vector")
    return vectorWithScalar(node, right.series, left.values, true, evaluation);
  if (left.type !== "vector" || right.type !== "vector")
    throw executionError("binary expression must contain only scalar and instant vector types", node.span);
  if (isSetOperator(node.operator)) return applySetOperator(node.operator, left.series, right.series, node.matching);
  return applyVectorOperator(node, left.series, right.series, evaluation);
}

async function evaluateAggregate(given: Aggregate, grid: Grid, evaluation: Evaluation): Promise<VectorValue> {
  // Annotations are about what is inside of parentheses.
  const { param: givenParam } = given;
  const node: Aggregate = {
    ...given,
    expr: unwrapParens(given.expr),
    ...(givenParam === undefined ? {} : { param: unwrapParens(givenParam) }),
  };
  const computed = aggregatedBySource(node, grid, evaluation);
  if (computed !== undefined) return computed;
  const param = node.param === undefined ? undefined : await evaluate(node.param, grid, evaluation);
  const value = await evaluate(node.expr, grid, evaluation);
  const series = value.type === "vector" ? value.series : [];
  const held = countSamples(series);
  evaluation.hold(held);
  const result = await aggregateSeries(node, series, param, grid, evaluation);
  evaluation.release(held);
  return result;
}

async function aggregateSeries(
  node: Aggregate,
  series: readonly StepSeries[],
  param: Value | undefined,
  grid: Grid,
  evaluation: Evaluation,
): Promise<VectorValue> {
  const reducer = reducers.get(node.operator);
  if (reducer !== undefined) return aggregate(node, series, reducer, grid.count, evaluation);
  if (node.operator === "count_values") return countValues(node, series, param?.type === "string" ? param.value : "");
  const params = param?.type === "scalar" ? param.values : new Float64Array(grid.count).fill(NaN);
  if (node.operator !== "quantile") return selectSeries(node, series, params, evaluation);
  warnAboutQuantiles(params, node, evaluation);
  return aggregate(node, series, quantileReducer(params), grid.count, evaluation);
}

/** Of all steps together: NaN, and what is farthest outside. */
function warnAboutQuantiles(params: Float64Array, node: Aggregate, { annotations }: Evaluation): void {
  const [low, high] = [params.reduce((a, b) => (b < a ? b : a), 0), params.reduce((a, b) => (b > a ? b : a), 1)];
  const { span } = node.param ?? node;
  if (params.some(Number.isNaN)) annotations.warn(messages.invalidQuantile(NaN), span);
  if (high > 1) annotations.warn(messages.invalidQuantile(high), span);
  if (low < 0) annotations.warn(messages.invalidQuantile(low), span);
}

/** What the source already aggregated, as the hints let it. */
function aggregatedBySource(node: Aggregate, grid: Grid, evaluation: Evaluation): VectorValue | undefined {
  const inner = unwrapParens(node.expr);
  const arg =
    inner.kind === "call" && rangeFunctions.has(inner.name)
      ? inner.args.map(unwrapParens).find(({ kind }) => kind === "matrixSelector")
      : inner;
  const selector = arg?.kind === "matrixSelector" ? arg.selector : arg;
  if (selector?.kind !== "vectorSelector") return undefined;
  const result = evaluation.selected.get(selector);
  if (result?.kind !== "computed" || result.stage !== "aggregate") return undefined;
  if (inner.kind === "call" && result.series.length > 0 && arg !== undefined)
    hintAtNonCounter(inner, metricOf(selector), arg.span, evaluation);
  const dropsName = inner.kind === "call" && rangeFunctions.get(inner.name)?.keepsName !== true;
  const series = result.series.map((each) => fromComputed(each, grid));
  return vectorOf(dropsName ? series.map((each) => evaluation.withoutName(each)) : series);
}
