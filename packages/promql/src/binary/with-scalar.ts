import { isComparison, type Binary } from "../ast/nodes.ts";
import { executionError } from "../errors.ts";
import type { Evaluation } from "../eval/evaluation.ts";
import { mergeSameLabels } from "../eval/merge.ts";
import { vectorOf, type ScalarValue, type VectorValue } from "../eval/value.ts";
import { floatSample, isEmpty, newSeries, setFloat, setHistogram, type StepSeries } from "../model/series.ts";
import { quote } from "../text/go-format.ts";
import { applyOperator, arithmetic, comparison, isArithmetic, type Operand } from "./operators.ts";

export function scalarWithScalar(node: Binary, left: ScalarValue, right: ScalarValue): ScalarValue {
  const { operator } = node;
  if (isArithmetic(operator)) {
    const compute = arithmetic[operator];
    return { type: "scalar", values: left.values.map((value, step) => compute(value, right.values[step] ?? NaN)) };
  }
  if (!isComparison(operator))
    throw executionError(`operator ${quote(operator)} not allowed for Scalar operations`, node.span);
  const holds = comparison[operator];
  return { type: "scalar", values: left.values.map((value, step) => Number(holds(value, right.values[step] ?? NaN))) };
}

/** A vector and a scalar, whichever side the scalar is on. Comparisons keep the vector's sample. */
export function vectorWithScalar(
  node: Binary,
  series: readonly StepSeries[],
  scalar: Float64Array,
  scalarOnLeft: boolean,
  evaluation: Evaluation,
): VectorValue {
  const dropsName = isArithmetic(node.operator) || node.returnBool;
  const results: StepSeries[] = [];
  for (const from of series) {
    const named = dropsName ? evaluation.dropped(from.labels) : from;
    const out = newSeries(named.labels, named.dropName, from.present.length);
    if (from.histograms === undefined) floats(node, from, scalar, scalarOnLeft, out, evaluation);
    else anySamples(node, from, scalar, scalarOnLeft, out, evaluation);
    if (!isEmpty(out)) results.push(out);
  }
  const merge = dropsName && !evaluation.settings.delayedNameRemoval;
  return vectorOf(merge ? mergeSameLabels(results) : results);
}

function floats(
  node: Binary,
  from: StepSeries,
  scalar: Float64Array,
  scalarOnLeft: boolean,
  out: StepSeries,
  evaluation: Evaluation,
): void {
  const { operator } = node;
  const { present, values } = from;
  if (isArithmetic(operator)) {
    const compute = arithmetic[operator];
    for (let step = 0; step < present.length; step++) {
      if (present[step] !== floatSample) continue;
      const [value, other] = [values[step] as number, scalar[step] as number];
      out.values[step] = scalarOnLeft ? compute(other, value) : compute(value, other);
      out.present[step] = floatSample;
    }
  } else if (isComparison(operator)) {
    const holds = comparison[operator];
    for (let step = 0; step < present.length; step++) {
      if (present[step] !== floatSample) continue;
      const [value, other] = [values[step] as number, scalar[step] as number];
      const keep = scalarOnLeft ? holds(other, value) : holds(value, other);
      if (node.returnBool) setFloat(out, step, Number(keep));
      else if (keep) setFloat(out, step, value);
    }
  } else anySamples(node, from, scalar, scalarOnLeft, out, evaluation);
}

function anySamples(
  node: Binary,
  from: StepSeries,
  scalar: Float64Array,
  scalarOnLeft: boolean,
  out: StepSeries,
  { annotations }: Evaluation,
): void {
  from.present.forEach((kind, step) => {
    if (kind === 0) return;
    const sample: Operand = { value: from.values[step] ?? NaN, histogram: from.histograms?.[step] };
    const other: Operand = { value: scalar[step] ?? NaN, histogram: undefined };
    const outcome = scalarOnLeft
      ? applyOperator(node.operator, other, sample)
      : applyOperator(node.operator, sample, other);
    if (outcome.warning !== undefined) annotations.warn(outcome.warning, node.span);
    if (outcome.info !== undefined) annotations.info(outcome.info, node.span);
    if (outcome.failed) return;
    if (node.returnBool) setFloat(out, step, Number(outcome.keep));
    else if (outcome.keep) {
      // A comparison answers with the sample of the vector, wherever the scalar stood.
      const result = isComparison(node.operator) ? sample : outcome;
      if (result.histogram === undefined) setFloat(out, step, result.value);
      else setHistogram(out, step, result.histogram);
    }
  });
}
