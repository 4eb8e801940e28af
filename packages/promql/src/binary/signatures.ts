import type { VectorMatching } from "../ast/nodes.ts";
import type { Labels } from "../model/labels.ts";
import type { StepSeries } from "../model/series.ts";

/** The series of both sides that match each other. */
export interface MatchGroup {
  readonly left: StepSeries[];
  readonly right: StepSeries[];
}

/** What the labels of a series look like to `on` or `ignoring`. */
export function signatureOf(labels: Labels, matching: VectorMatching): string {
  return labels.matching(matching.on, matching.labels).key;
}

export function matchGroups(
  left: readonly StepSeries[],
  right: readonly StepSeries[],
  matching: VectorMatching,
): ReadonlyMap<string, MatchGroup> {
  const groups = new Map<string, MatchGroup>();
  const groupOf = (series: StepSeries): MatchGroup => {
    const signature = signatureOf(series.labels, matching);
    const known = groups.get(signature);
    if (known !== undefined) return known;
    const created = { left: [], right: [] };
    groups.set(signature, created);
    return created;
  };
  for (const series of left) groupOf(series).left.push(series);
  for (const series of right) groupOf(series).right.push(series);
  return groups;
}
