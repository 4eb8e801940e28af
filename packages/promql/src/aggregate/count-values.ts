import type { Aggregate } from "../ast/nodes.ts";
import { executionError } from "../errors.ts";
import { vectorOf, type VectorValue } from "../eval/value.ts";
import { histogramText } from "../histogram/text.ts";
import { isValidLabelName } from "../model/labels.ts";
import { absentSample, floatSample, newSeries, type StepSeries } from "../model/series.ts";
import { formatSampleValue, quote } from "../text/go-format.ts";
import { groupLabels } from "./group.ts";

/** How many series have each value; the value goes into a label. */
export function countValues(node: Aggregate, series: readonly StepSeries[], label: string): VectorValue {
  if (!isValidLabelName(label)) throw executionError(`invalid label name ${quote(label)}`, node.param?.span);
  const results = new Map<string, StepSeries>();
  const grouping = node.without ? node.grouping : [...node.grouping, label];
  for (const each of series) {
    for (let step = 0; step < each.present.length; step++) {
      if (each.present[step] === absentSample) continue;
      const labels = groupLabels(each.labels.with(label, textAt(each, step)), { without: node.without, grouping });
      let out = results.get(labels.key);
      if (out === undefined) {
        out = newSeries(labels, each.dropName, each.present.length);
        results.set(labels.key, out);
      }
      out.values[step] = (out.values[step] as number) + 1;
      out.present[step] = floatSample;
    }
  }
  return vectorOf([...results.values()]);
}

function textAt({ values, histograms }: StepSeries, step: number): string {
  const histogram = histograms?.[step];
  return histogram === undefined ? formatSampleValue(values[step] ?? NaN) : histogramText(histogram);
}
