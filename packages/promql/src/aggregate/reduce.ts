import type { Aggregate } from "../ast/nodes.ts";
import { messages } from "../eval/annotations.ts";
import type { Evaluation } from "../eval/evaluation.ts";
import { vectorOf, type VectorValue } from "../eval/value.ts";
import { quantileOf } from "../functions/quantile.ts";
import { absentSample, floatSample, histogramSample, isEmpty, newSeries, type StepSeries } from "../model/series.ts";
import { groupSeries, type Group, type Reducer } from "./group.ts";
import { averageGroup, sumGroup } from "./sum.ts";

/** Reducers of aggregations that make one series of each group. */
export const reducers: ReadonlyMap<string, Reducer> = new Map<string, Reducer>([
  ["sum", sumGroup],
  ["avg", averageGroup],
  ["count", (group, out) => countMembers(group, out, true)],
  ["group", (group, out) => countMembers(group, out, false)],
  ["min", extreme((value, best) => value < best)],
  ["max", extreme((value, best) => value > best)],
  ["stdvar", deviation((variance) => variance)],
  ["stddev", deviation(Math.sqrt)],
]);

export async function aggregate(
  node: Aggregate,
  series: readonly StepSeries[],
  reducer: Reducer,
  count: number,
  evaluation: Evaluation,
): Promise<VectorValue> {
  const results: StepSeries[] = [];
  for (const group of groupSeries(series, node)) {
    const pause = evaluation.checkpoint();
    if (pause !== undefined) await pause;
    const dropName = group.members.some((member) => member.dropName);
    const out = newSeries(group.labels, dropName, count);
    reducer(group, out, node, evaluation);
    if (!isEmpty(out)) results.push(out);
  }
  return vectorOf(results);
}

function countMembers({ members }: Group, out: StepSeries, each: boolean): void {
  const { values, present } = out;
  for (const member of members)
    for (let step = 0; step < present.length; step++) {
      if (member.present[step] === absentSample) continue;
      values[step] = each ? (values[step] as number) + 1 : 1;
      present[step] = floatSample;
    }
}

function warnIgnored(member: StepSeries, node: Aggregate, evaluation: Evaluation): void {
  if (member.present.includes(histogramSample))
    evaluation.annotations.info(messages.histogramIgnoredInAggregation(node.operator), node.expr.span);
}

function extreme(wins: (value: number, best: number) => boolean): Reducer {
  return ({ members }, out, node, evaluation) => {
    const { values, present } = out;
    for (const member of members) {
      if (member.histograms !== undefined) warnIgnored(member, node, evaluation);
      for (let step = 0; step < present.length; step++) {
        if (member.present[step] !== floatSample) continue;
        const value = member.values[step] as number;
        const best = values[step] as number;
        if (present[step] === floatSample && !wins(value, best) && !Number.isNaN(best)) continue;
        values[step] = value;
        present[step] = floatSample;
      }
    }
  };
}

/** Variance by Welford's running mean. */
function deviation(finish: (variance: number) => number): Reducer {
  return ({ members }, out, node, evaluation) => {
    const { values, present } = out;
    const counts = new Float64Array(present.length);
    const means = new Float64Array(present.length);
    for (const member of members) {
      if (member.histograms !== undefined) warnIgnored(member, node, evaluation);
      for (let step = 0; step < present.length; step++) {
        if (member.present[step] !== floatSample) continue;
        const value = member.values[step] as number;
        const count = (counts[step] as number) + 1;
        const distance = value - (means[step] as number);
        const mean = (means[step] as number) + distance / count;
        counts[step] = count;
        means[step] = mean;
        values[step] = (values[step] as number) + distance * (value - mean);
        present[step] = floatSample;
      }
    }
    for (let step = 0; step < present.length; step++)
      if (present[step] === floatSample) values[step] = finish((values[step] as number) / (counts[step] as number));
  };
}

/** Steps whose values are gathered together: reading a whole stretch of each member is faster than one value of it. */
const gatheredSteps = 32;

/** `quantile(q, v)`: q may differ from step to step. */
export function quantileReducer(quantiles: Float64Array): Reducer {
  return ({ members }, out, node, evaluation) => {
    for (const member of members) if (member.histograms !== undefined) warnIgnored(member, node, evaluation);
    const steps = out.present.length;
    const rows = Array.from({ length: Math.min(gatheredSteps, steps) }, () => new Float64Array(members.length));
    const counts = new Uint32Array(rows.length);
    for (let from = 0; from < steps; from += rows.length) {
      const to = Math.min(steps, from + rows.length);
      counts.fill(0);
      for (const { present, values } of members)
        for (let step = from; step < to; step++) {
          if (present[step] !== floatSample) continue;
          const row = step - from;
          (rows[row] as Float64Array)[(counts[row] as number)++] = values[step] as number;
        }
      for (let step = from; step < to; step++) {
        const count = counts[step - from] as number;
        if (count === 0) continue;
        out.values[step] = quantileOf(quantiles[step] ?? NaN, (rows[step - from] as Float64Array).subarray(0, count));
        out.present[step] = floatSample;
      }
    }
  };
}
