import type { Labels } from "../model/labels.ts";
import { absentSample, copySample, relabel, type StepSeries } from "../model/series.ts";
import { duplicateLabels } from "./evaluation.ts";

/** Series under equal labels become one, if no two of them have a sample at the same step. @throws otherwise. */
export function mergeSameLabels(series: readonly StepSeries[]): readonly StepSeries[] {
  const byKey = new Map<string, StepSeries>();
  for (const each of series) {
    const known = byKey.get(each.labels.key);
    byKey.set(each.labels.key, known === undefined ? each : mergeTwo(known, each));
  }
  return byKey.size === series.length ? series : [...byKey.values()];
}

function mergeTwo(a: StepSeries, b: StepSeries): StepSeries {
  const merged: StepSeries = {
    labels: a.labels,
    dropName: a.dropName || b.dropName,
    values: a.values.slice(),
    present: a.present.slice(),
    ...(a.histograms === undefined ? {} : { histograms: a.histograms.slice() }),
  };
  for (let step = 0; step < b.present.length; step++) {
    if (b.present[step] === absentSample) continue;
    if (merged.present[step] !== absentSample) throw duplicateLabels();
    copySample(b, merged, step);
  }
  return merged;
}

/** Removes the metric names that were only kept until now. */
export function removeDroppedNames(series: readonly StepSeries[]): readonly StepSeries[] {
  if (!series.some((each) => each.dropName)) return series;
  const named = (labels: Labels): Labels => labels.withoutMetadata();
  return mergeSameLabels(series.map((each) => (each.dropName ? relabel(each, named(each.labels), false) : each)));
}
