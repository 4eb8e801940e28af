import { isComparison, type Binary } from "../ast/nodes.ts";
import { executionError } from "../errors.ts";
import type { Evaluation } from "../eval/evaluation.ts";
import { mergeSameLabels } from "../eval/merge.ts";
import { vectorOf, type ScalarValue, type VectorValue } from "../eval/value.ts";
import { floatSample, isEmpty, newSeries, setFloat, setHistogram, type StepSeries } from "../model/series.ts";
import { quote } from "../text/go-format.ts";
import { applyOperator, arithmetic, comparison, isArithmetic, type Operand } from "./operators.ts";
import { StepProblems } from "./step-problems.ts";

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

/** What the operator is applied to besides the series. */
interface WithScalar {
  readonly node: Binary;
  readonly scalar: Float64Array;
  readonly scalarOnLeft: boolean;
  readonly problems: StepProblems;
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
  const given: WithScalar = { node, scalar, scalarOnLeft, problems: new StepProblems() };
  const results: StepSeries[] = [];
  series.forEach((from, order) => {
    const named = dropsName ? evaluation.dropped(from.labels) : from;
    const out = newSeries(named.labels, named.dropName, from.present.length);
    if (from.histograms === undefined) floats(given, from, out, order);
    else anySamples(given, from, out, order);
    if (!isEmpty(out)) results.push(out);
  });
  given.problems.tell(evaluation.annotations, node.span);
  const merge = dropsName && !evaluation.settings.delayedNameRemoval;
  return vectorOf(merge ? mergeSameLabels(results) : results);
}

function floats(given: WithScalar, from: StepSeries, out: StepSeries, order: number): void {
  const { node, scalar, scalarOnLeft } = given;
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
  } else anySamples(given, from, out, order);
}

function anySamples(
  { node, scalar, scalarOnLeft, problems }: WithScalar,
  from: StepSeries,
  out: StepSeries,
  order: number,
) {
  from.present.forEach((kind, step) => {
    if (kind === 0) return;
    const sample: Operand = { value: from.values[step] ?? NaN, histogram: from.histograms?.[step] };
    const other: Operand = { value: scalar[step] ?? NaN, histogram: undefined };
    const outcome = scalarOnLeft
      ? applyOperator(node.operator, other, sample)
      : applyOperator(node.operator, sample, other);
    problems.note(outcome, { step, order });
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
