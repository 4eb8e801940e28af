import { messages, type Annotations } from "../eval/annotations.ts";
import type { ClassicBucket } from "../histogram/classic.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import type { Labels } from "../model/labels.ts";
import { floatSample, histogramSample, type StepSeries } from "../model/series.ts";
import type { Span } from "../text/position.ts";
import { parseFloatText } from "../text/parse-float.ts";

/** The histograms in a vector: native ones, and classic ones put together from their buckets. */
export interface HistogramGroup {
  readonly labels: Labels;
  readonly dropName: boolean;
  readonly native: readonly StepSeries[];
  readonly classic: readonly { readonly series: StepSeries; readonly upperBound: number }[];
}

/** Groups series by their labels without `le`. Series whose `le` is no number are reported and left out. */
export function groupHistograms(
  series: readonly StepSeries[],
  annotations: Annotations,
  span: Span,
): readonly HistogramGroup[] {
  const groups = new Map<
    string,
    { labels: Labels; dropName: boolean; native: StepSeries[]; classic: { series: StepSeries; upperBound: number }[] }
  >();
  const groupOf = (labels: Labels, dropName: boolean) => {
    const known = groups.get(labels.key);
    if (known !== undefined) return known;
    const created = { labels, dropName, native: [], classic: [] };
    groups.set(labels.key, created);
    return created;
  };
  for (const each of series) {
    const { labels, dropName } = each;
    if (each.present.includes(histogramSample)) groupOf(labels, dropName).native.push(each);
    if (!each.present.includes(floatSample)) continue;
    const le = labels.get("le");
    const upperBound = parseFloatText(le);
    if (upperBound === undefined) annotations.warn(messages.badBucketLabel(labels.metricName, le), span);
    else
      groupOf(
        labels.filter((name) => name !== "le"),
        dropName,
      ).classic.push({ series: each, upperBound });
  }
  return [...groups.values()];
}

/** What a group is at one step. Both at once is a conflict: reported, and neither counts. */
export type HistogramAt =
  | { readonly kind: "native"; readonly histogram: FloatHistogram; readonly labels: Labels }
  | { readonly kind: "classic"; readonly buckets: readonly ClassicBucket[] };

export function histogramAt(
  group: HistogramGroup,
  step: number,
  annotations: Annotations,
  span: Span,
): HistogramAt | undefined {
  const buckets: ClassicBucket[] = [];
  for (const { series, upperBound } of group.classic)
    if (series.present[step] === floatSample) buckets.push({ upperBound, count: series.values[step] ?? NaN });
  const native = group.native.find((each) => each.present[step] === histogramSample);
  const histogram = native?.histograms?.[step];
  if (native !== undefined && histogram !== undefined) {
    if (buckets.length === 0) return { kind: "native", histogram, labels: native.labels };
    annotations.warn(messages.mixedClassicNative(native.labels.metricName), span);
    return undefined;
  }
  return buckets.length === 0 ? undefined : { kind: "classic", buckets };
}
