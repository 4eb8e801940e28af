import type { Aggregate } from "../ast/nodes.ts";
import type { Evaluation } from "../eval/evaluation.ts";
import { Labels, metricNameLabel } from "../model/labels.ts";
import type { StepSeries } from "../model/series.ts";

/** The series that an aggregation makes one of. */
export interface Group {
  readonly labels: Labels;
  readonly members: StepSeries[];
}

/** Fills the series of a group from its members, step by step or member by member. */
export type Reducer = (group: Group, out: StepSeries, node: Aggregate, evaluation: Evaluation) => void;

/** The labels of the group of a series: those named with `by`, or all but those and the metric name with `without`. */
export function groupLabels(labels: Labels, node: Pick<Aggregate, "grouping" | "without">): Labels {
  if (!node.without && node.grouping.length === 0) return Labels.empty;
  return node.without
    ? labels.filter((name) => name !== metricNameLabel && !node.grouping.includes(name))
    : labels.filter((name) => node.grouping.includes(name));
}

/** Groups in the order in which their first series come. */
export function groupSeries(
  series: readonly StepSeries[],
  node: Pick<Aggregate, "grouping" | "without">,
): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const each of series) {
    const labels = groupLabels(each.labels, node);
    const known = groups.get(labels.key);
    if (known === undefined) groups.set(labels.key, { labels, members: [each] });
    else known.members.push(each);
  }
  return [...groups.values()];
}
