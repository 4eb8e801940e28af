import type { SetOperator, VectorMatching } from "../ast/nodes.ts";
import { mergeSameLabels } from "../eval/merge.ts";
import { vectorOf, type VectorValue } from "../eval/value.ts";
import { absentSample, isEmpty, type StepSeries } from "../model/series.ts";
import { matchGroups } from "./signatures.ts";

/** `and`, `or` and `unless`: whole samples by whether the other side has a match at the same step. */
export function applySetOperator(
  operator: SetOperator,
  left: readonly StepSeries[],
  right: readonly StepSeries[],
  matching: VectorMatching,
): VectorValue {
  const groups = matchGroups(left, right, matching);
  const kept = new Map<StepSeries, StepSeries>();
  for (const group of groups.values()) {
    const [filtered, other] = operator === "or" ? [group.right, group.left] : [group.left, group.right];
    const matched = anyPresent(other, filtered[0]?.present.length ?? 0);
    for (const series of filtered) kept.set(series, keepWhere(series, matched, operator === "and"));
  }
  const leftResult = operator === "or" ? left : left.map((series) => kept.get(series) ?? series);
  const rightResult = operator === "or" ? right.map((series) => kept.get(series) ?? series) : [];
  const found = [...leftResult, ...rightResult].filter((series) => !isEmpty(series));
  return vectorOf(operator === "or" ? mergeSameLabels(found) : found);
}

/** 1 at the steps where any of the series has a sample. */
function anyPresent(series: readonly StepSeries[], count: number): Uint8Array {
  const any = new Uint8Array(count);
  for (const { present } of series)
    for (let step = 0; step < count; step++) if (present[step] !== absentSample) any[step] = 1;
  return any;
}

function keepWhere(series: StepSeries, matched: Uint8Array, whenMatched: boolean): StepSeries {
  const present = series.present.map((kind, step) => ((matched[step] === 1) === whenMatched ? kind : absentSample));
  return { ...series, present };
}
