import { type ExposedExemplar, type ExposedLabel, type ExpositionVisitor, metricNameLabel } from "./exposition.ts";
import { formatBound } from "./format-float.ts";
import { encodeHistogram, isNative } from "./protobuf-histogram.ts";
import type { FamilyMessage, HistogramMessage, MetricMessage } from "./protobuf-messages.ts";

export interface ProtobufOptions {
  /** Hand on native histograms; else only classic buckets are. */
  readonly nativeHistograms: boolean;
  /** Hand on the classic buckets of native histograms too. */
  readonly classicBesideNative: boolean;
}

/** Hands a family on as the series that the text formats have: `_bucket`, `_sum`, `_count`, quantiles. */
export function emitFamily(family: FamilyMessage, visitor: ExpositionVisitor, options: ProtobufOptions): void {
  const { name: metric, type, help, unit } = family;
  visitor.metadata({ metric, type, ...(help === "" ? {} : { help }), ...(unit === "" ? {} : { unit }) });
  for (const message of family.metrics) {
    const emit = emitterOf(metric, message, visitor);
    if (message.histogram !== undefined) emitHistogram(message.histogram, message.exemplars, emit, options);
    else if (message.summary !== undefined) emitSummary(message.summary, emit);
    else emit({ value: message.value, exemplars: message.exemplars });
  }
}

interface Point {
  suffix?: string;
  bound?: ExposedLabel;
  value?: number;
  exemplars?: readonly ExposedExemplar[];
  histogram?: Uint8Array;
}

type Emit = (point: Point) => void;

function emitterOf(metric: string, message: MetricMessage, visitor: ExpositionVisitor): Emit {
  const { labels, timestampMs, startTimeMs } = message;
  const group = labels.map(([name, value]) => `\u0000${name}\u0001${value}`).join("");
  return ({ suffix = "", bound, value = 0, exemplars = [], histogram }) => {
    const name: ExposedLabel = [metricNameLabel, metric + suffix];
    visitor.sample({
      key: `${metric}${suffix}${group}${bound === undefined ? "" : `\u0000${bound[0]}\u0001${bound[1]}`}`,
      labels: () => (bound === undefined ? [name, ...labels] : [name, ...labels, bound]),
      value,
      timestampMs,
      ...(startTimeMs === undefined || startTimeMs <= 0 ? {} : { startTimeMs }),
      ...(exemplars.length === 0 ? {} : { exemplars }),
      ...(histogram === undefined ? {} : { histogram }),
    });
  };
}

function emitSummary({ count, sum, quantiles }: NonNullable<MetricMessage["summary"]>, emit: Emit): void {
  emit({ suffix: "_count", value: count });
  emit({ suffix: "_sum", value: sum });
  for (const { quantile, value } of quantiles) emit({ bound: ["quantile", formatBound(quantile)], value });
}

function emitHistogram(
  histogram: HistogramMessage,
  exemplars: readonly ExposedExemplar[],
  emit: Emit,
  { nativeHistograms, classicBesideNative }: ProtobufOptions,
): void {
  const count = histogram.countFloat ?? histogram.count;
  if (nativeHistograms && isNative(histogram)) {
    const ofBuckets = histogram.buckets.flatMap(({ exemplar }) => exemplar ?? []);
    emit({ histogram: encodeHistogram(histogram), exemplars: exemplars.length > 0 ? exemplars : ofBuckets });
    if (!classicBesideNative || histogram.buckets.length === 0) return;
  }
  emit({ suffix: "_count", value: count });
  emit({ suffix: "_sum", value: histogram.sum });
  for (const { upperBound, count: value, exemplar } of histogram.buckets) {
    const bound: ExposedLabel = ["le", formatBound(upperBound)];
    emit({ suffix: "_bucket", bound, value, exemplars: exemplar === undefined ? [] : [exemplar] });
  }
  // The last bucket may be left out, since it has the whole count (client_model, Bucket).
  if (histogram.buckets.at(-1)?.upperBound !== Infinity) {
    emit({ suffix: "_bucket", bound: ["le", "+Inf"], value: count });
  }
}
