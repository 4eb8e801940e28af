import type { Aggregate } from "../ast/nodes.ts";
import { messages } from "../eval/annotations.ts";
import type { Evaluation } from "../eval/evaluation.ts";
import { compactHistogram } from "../histogram/float-histogram.ts";
import { CarriedMean } from "../functions/kahan.ts";
import { HistogramAccumulator } from "../histogram/kahan.ts";
import { absentSample, floatSample, histogramSample, setHistogram, type StepSeries } from "../model/series.ts";
import type { Group, Reducer } from "./group.ts";

/** Sums of floats carry their rounding errors along; one array each for the sums and for the errors. */
export const sumGroup: Reducer = (group, out, node, evaluation) => {
  const lost = new Float64Array(out.present.length);
  for (const member of group.members) addFloats(member, out, lost);
  const { values } = out;
  for (let step = 0; step < values.length; step++)
    if (Math.abs(values[step] as number) !== Infinity) values[step] = (values[step] as number) + (lost[step] as number);
  addHistograms(group, out, node, evaluation, "sum");
};

function addFloats({ values: from, present: has }: StepSeries, out: StepSeries, lost: Float64Array): void {
  const { values, present } = out;
  for (let step = 0; step < has.length; step++) {
    if (has[step] !== floatSample) continue;
    const value = from[step] as number;
    const sum = values[step] as number;
    const total = sum + value;
    if (Math.abs(total) === Infinity) lost[step] = 0;
    else if (Math.abs(sum) >= Math.abs(value)) lost[step] = (lost[step] as number) + (sum - total + value);
    else lost[step] = (lost[step] as number) + (value - total + sum);
    values[step] = total;
    present[step] = floatSample;
  }
}

/** Means divide the sum, and only where it overflows they are carried from member to member. */
export const averageGroup: Reducer = (group, out, node, evaluation) => {
  const count = out.present.length;
  const lost = new Float64Array(count);
  const counts = new Float64Array(count);
  for (const member of group.members) {
    addFloats(member, out, lost);
    for (let step = 0; step < count; step++)
      if (member.present[step] === floatSample) counts[step] = (counts[step] as number) + 1;
  }
  for (let step = 0; step < count; step++) {
    if (out.present[step] !== floatSample) continue;
    const [sum, number] = [out.values[step] as number, counts[step] as number];
    out.values[step] =
      Math.abs(sum) === Infinity || Number.isNaN(sum)
        ? runningMean(group, step)
        : sum / number + (lost[step] as number) / number;
  }
  addHistograms(group, out, node, evaluation, "average");
};

function runningMean({ members }: Group, step: number): number {
  const mean = new CarriedMean();
  for (const { present, values } of members) if (present[step] === floatSample) mean.add(values[step] as number);
  return mean.value;
}

/** Histograms of the group, at the steps where there are only histograms; where both are, there is no result. */
function addHistograms(
  { members }: Group,
  out: StepSeries,
  node: Aggregate,
  { annotations }: Evaluation,
  kind: "sum" | "average",
): void {
  if (!members.some((member) => member.histograms !== undefined)) return;
  for (let step = 0; step < out.present.length; step++) {
    const accumulator = new HistogramAccumulator(kind);
    let found: StepSeries | undefined;
    for (const member of members) {
      const histogram = member.present[step] === histogramSample ? member.histograms?.[step] : undefined;
      if (histogram === undefined) continue;
      accumulator.add(histogram);
      found = member;
    }
    if (found === undefined) continue;
    if (out.present[step] === floatSample) {
      annotations.warn(messages.mixedFloatsHistogramsAggregation, node.expr.span);
      out.present[step] = absentSample;
      continue;
    }
    const { histogram, resetCollision, boundsReconciled } = accumulator.total();
    if (histogram === undefined) annotations.warn(messages.mixedSchemas(found.labels.metricName), node.expr.span);
    else {
      if (resetCollision) annotations.warn(messages.resetCollision("aggregation"), node.expr.span);
      if (boundsReconciled) annotations.info(messages.boundsReconciled("aggregation"), node.expr.span);
      setHistogram(out, step, compactHistogram(histogram));
    }
  }
}
