import { customBucketsSchema, emptyHistogram, type FloatHistogram } from "../histogram/float-histogram.ts";
import { metricNameLabel, type Labels } from "../model/labels.ts";
import { parseFloatText } from "../text/parse-float.ts";
import type { LoadedSeries } from "./commands.ts";

interface Parts {
  readonly labels: Labels;
  /** Cumulative counts by upper bound. */
  readonly buckets: Map<number, number>;
  count: number | undefined;
  sum: number | undefined;
}

export interface ConvertedSample {
  readonly labels: Labels;
  readonly index: number;
  readonly histogram: FloatHistogram;
}

/** Native histograms with custom buckets from the classic ones of a load: X from what there is of X_bucket, X_count and X_sum. */
export function convertClassic(series: readonly LoadedSeries[]): readonly ConvertedSample[] {
  const byIndex = new Map<string, Map<number, Parts>>();
  for (const { labels, values } of series) {
    const match = /^(.*)_(bucket|count|sum)$/.exec(labels.metricName);
    if (match === null) continue;
    const [, base = "", part] = match;
    const upperBound = parseFloatText(labels.get("le"));
    if (part === "bucket" && (upperBound === undefined || Number.isNaN(upperBound))) continue;
    const named = labels.with(metricNameLabel, base).filter((name) => name !== "le");
    const samples = byIndex.get(named.key) ?? new Map<number, Parts>();
    byIndex.set(named.key, samples);
    values.forEach((value, index) => {
      if (value.kind !== "float") return;
      const parts = samples.get(index) ?? {
        labels: named,
        buckets: new Map<number, number>(),
        count: undefined,
        sum: undefined,
      };
      samples.set(index, parts);
      if (part === "bucket") parts.buckets.set(upperBound ?? 0, value.value);
      else if (part === "count") parts.count = value.value;
      else parts.sum = value.value;
    });
  }
  return [...byIndex.values()].flatMap((samples) =>
    [...samples].map(([index, parts]) => ({ labels: parts.labels, index, histogram: toHistogram(parts) })),
  );
}

function toHistogram({ buckets, count, sum }: Parts): FloatHistogram {
  const bounds = [...buckets.keys()].sort((a, b) => a - b);
  const customBounds = bounds.filter((bound) => bound !== Infinity);
  const total = count ?? buckets.get(bounds.at(-1) ?? Infinity) ?? 0;
  const cumulative = [...customBounds.map((bound) => buckets.get(bound) ?? 0), buckets.get(Infinity) ?? total];
  const counts = cumulative.map((value, index) => value - (cumulative[index - 1] ?? 0));
  const indexes = counts.flatMap((value, index) => (value === 0 ? [] : [index]));
  return {
    ...emptyHistogram,
    schema: customBucketsSchema,
    count: total,
    sum: sum ?? 0,
    customBounds,
    positive: { indexes, counts: indexes.map((index) => counts[index] ?? 0) },
  };
}
