import type { MetricsBlock } from "../metrics/metrics-block.ts";
import type { MetricsOutcome, PointCounts } from "../metrics/metrics-outcome.ts";
import { type MetricKind, plainDecimal } from "../metrics/prometheus-names.ts";
import { ByteSource } from "../native/byte-source.ts";
import { customFault } from "./custom-histogram.ts";
import { scaleMin } from "./exponential-histogram.ts";
import { exportMetricsServiceRequest } from "./json/message-types.ts";
import { jsonToProtobuf } from "./json/transcode.ts";
import { MessageReader } from "./message-reader.ts";
import {
  type Exemplar,
  type ExponentialPoint,
  type HistogramPoint,
  type Metric,
  type MetricsRequest,
  type NativePoint,
  type NumberPoint,
  type Point,
  type ResourceMetrics,
  type SummaryPoint,
  temporality,
} from "./metric-messages.ts";
import { type OtlpMetricsContext, OtlpSeries, type SeriesName, type When } from "./otlp-series.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { Rejections } from "./rejections.ts";

/**
 * Appends the points of an ExportMetricsServiceRequest in protobuf to `block`, as Prometheus series (OpenTelemetry
 * compatibility specification, "OTLP Metric points to Prometheus"). Points that cannot be are refused, the others written.
 * @throws SightglassError invalid_argument (with the byte offset), payload_too_large; then nothing was done
 */
export function decodeMetricsProtobuf(
  body: Uint8Array,
  block: MetricsBlock,
  context: OtlpMetricsContext,
): MetricsOutcome {
  const reader = new ProtobufReader(new ByteSource(body));
  const request: MetricsRequest = new MessageReader(reader).read(exportMetricsServiceRequest, body.length);
  return new MetricsDecoder(new OtlpSeries(block, context), context).decode(request);
}

/**
 * The same for an ExportMetricsServiceRequest in JSON.
 * @throws SightglassError invalid_argument (with the JSON path), payload_too_large
 */
export function decodeMetricsJson(body: Uint8Array, block: MetricsBlock, context: OtlpMetricsContext): MetricsOutcome {
  return decodeMetricsProtobuf(jsonToProtobuf(body, exportMetricsServiceRequest), block, context);
}

const faults = {
  name: "the metric's name has no letter or digit",
  temporality: "aggregation_temporality is neither delta nor cumulative",
  buckets: "bucket_counts must be one more than explicit_bounds",
  scale: "the scale of an exponential histogram is below -4",
  data: "the metric has no data that is known here",
  notFinite: "a delta is not a finite number: no sum goes on after it",
  falling: "a delta of a monotonic sum is negative",
  bounds: "explicit_bounds must rise",
  total: "the buckets must add up to count",
} as const;

const noRecordedValue = 1;

type Take<P> = (point: P, series: SeriesName, when: When) => string | undefined;

class MetricsDecoder {
  private readonly series: OtlpSeries;
  private readonly context: OtlpMetricsContext;
  private readonly written: PointCounts = { samples: 0, histograms: 0, exemplars: 0 };
  private readonly refused: PointCounts = { samples: 0, histograms: 0, exemplars: 0 };
  private readonly rejections = new Rejections();
  private where = "";

  constructor(series: OtlpSeries, context: OtlpMetricsContext) {
    this.series = series;
    this.context = context;
  }

  decode({ resourceMetrics = [] }: MetricsRequest): MetricsOutcome {
    for (const resource of resourceMetrics) this.decodeResource(resource);
    this.series.end();
    return { written: this.written, refused: this.refused, reasons: this.rejections.reasons() };
  }

  private decodeResource({ resource, scopeMetrics = [] }: ResourceMetrics): void {
    this.tellLost(this.series.beginResource(resource?.attributes), "an attribute of the resource, which is left out");
    for (const scope of scopeMetrics) {
      this.tellLost(this.series.beginScope(scope), "an attribute of a scope, which is left out");
      for (const metric of scope.metrics ?? []) this.decodeMetric(metric);
    }
    this.series.endResource();
  }

  private tellLost(fault: string | undefined, where: string): void {
    if (fault !== undefined) this.rejections.add(fault, () => where);
  }

  private decodeMetric(metric: Metric): void {
    this.where = `metric ${JSON.stringify(metric.name ?? "")}`;
    if (metric.gauge !== undefined) this.numbers(metric, metric.gauge.dataPoints, "gauge");
    else if (metric.sum !== undefined) {
      const { dataPoints, isMonotonic = false, aggregationTemporality } = metric.sum;
      this.numbers(metric, dataPoints, isMonotonic ? "counter" : "sum", aggregationTemporality ?? 0);
    } else if (metric.histogram !== undefined) {
      const { dataPoints, aggregationTemporality = 0 } = metric.histogram;
      this.each(metric, "histogram", dataPoints, aggregationTemporality, (point: HistogramPoint, series, when) =>
        this.histogram(point, series, when),
      );
    } else if (metric.exponentialHistogram !== undefined) {
      const { dataPoints, aggregationTemporality = 0 } = metric.exponentialHistogram;
      this.each(metric, "histogram", dataPoints, aggregationTemporality, (point: ExponentialPoint, series, when) =>
        this.exponential(point, series, when),
      );
    } else if (metric.summary !== undefined) {
      this.each(metric, "summary", metric.summary.dataPoints, temporality.cumulative, (point, series, when) =>
        this.summary(point, series, when),
      );
    } else this.rejections.add(faults.data, () => this.where);
  }

  private numbers(
    metric: Metric,
    dataPoints: NumberPoint[] | undefined,
    kind: MetricKind,
    aggregation: number = temporality.cumulative,
  ): void {
    this.each(metric, kind, dataPoints, aggregation, (point: NumberPoint, series, when) => {
      const counts = kind === "counter" ? when : { ...when, startMs: when.isDelta ? when.startMs : 0 };
      const value = point.asDouble ?? point.asInt ?? 0;
      if (when.isDelta && !Number.isFinite(value)) return faults.notFinite;
      if (when.isDelta && kind === "counter" && value < 0) return faults.falling;
      const fault = this.series.value(series, value, counts);
      if (fault === undefined) this.exemplars(point.exemplars);
      return fault;
    });
  }

  /** Takes each point of a metric, and counts it. */
  private each<P extends Point>(
    metric: Metric,
    kind: MetricKind,
    dataPoints: P[] = [],
    aggregation: number,
    take: Take<P>,
  ): void {
    const isNative =
      metric.exponentialHistogram !== undefined ||
      (metric.histogram !== undefined && this.context.translation.convertHistograms);
    const counted = isNative ? "histograms" : "samples";
    const isDelta = aggregation === temporality.delta;
    const isTemporal = isDelta || aggregation === temporality.cumulative;
    const name = isTemporal ? this.series.metric(metric, kind) : undefined;
    const metricFault = isTemporal ? faults.name : faults.temporality;
    for (const point of dataPoints) {
      const fault = name === undefined ? metricFault : this.point(point, { name, isDelta, take });
      if (fault === undefined) this.written[counted]++;
      else {
        this.refused[counted]++;
        this.rejections.add(fault, () => this.where);
      }
    }
  }

  private point<P extends Point>(
    point: P,
    { name, isDelta, take }: { name: string; isDelta: boolean; take: Take<P> },
  ): string | undefined {
    const timeMs = Math.floor(point.timeUnixNano ?? this.context.receivedAtMs);
    const labels = this.series.attributes(point.attributes);
    if (typeof labels === "string") return labels;
    const fault = this.series.timeFault(timeMs);
    if (fault !== undefined) return fault;
    const isStale = ((point.flags ?? 0) & noRecordedValue) !== 0;
    // Nothing recorded is nothing to add.
    if (isStale && isDelta) return undefined;
    return take(point, { name, labels }, { timeMs, startMs: startMsOf(point, timeMs), isStale, isDelta });
  }

  private histogram(point: HistogramPoint, { name, labels }: SeriesName, when: When): string | undefined {
    const { bucketCounts = [], explicitBounds = [], count = 0, sum } = point;
    if (bucketCounts.length > 0 && bucketCounts.length !== explicitBounds.length + 1) return faults.buckets;
    if (explicitBounds.some((bound, at) => at > 0 && !(bound > explicitBounds[at - 1]!))) return faults.bounds;
    if (when.isDelta && !Number.isFinite(sum ?? 0)) return faults.notFinite;
    if (this.context.translation.convertHistograms) {
      const fault = when.isStale ? undefined : customFault(point);
      return fault ?? this.native({ ...point, explicitBounds }, { name, labels }, when);
    }
    const of = (ending: string, value: number, extra: [string, string][] = []) =>
      this.series.value({ name: name + ending, labels, extra }, value, when);
    let waiting = point.exemplars ?? [];
    let cumulative = 0;
    for (const [index, bound] of [...explicitBounds, Infinity].entries()) {
      cumulative += bucketCounts[index] ?? 0;
      const isLast = bound === Infinity;
      const fault = of("_bucket", isLast ? count : cumulative, [["le", plainDecimal(bound)]]);
      if (fault !== undefined) return fault;
      const inBucket = (exemplar: Exemplar) => isLast || (exemplar.asDouble ?? exemplar.asInt ?? 0) <= bound;
      this.exemplars(waiting.filter(inBucket));
      waiting = waiting.filter((exemplar) => !inBucket(exemplar));
    }
    return (sum === undefined ? undefined : of("_sum", sum)) ?? of("_count", count);
  }

  private exponential(point: ExponentialPoint, series: SeriesName, when: When): string | undefined {
    if ((point.scale ?? 0) < scaleMin) return faults.scale;
    if (when.isDelta && !Number.isFinite(point.sum ?? 0)) return faults.notFinite;
    if (!when.isStale && !addsUp(point)) return faults.total;
    return this.native(point, series, when);
  }

  private native(point: NativePoint, series: SeriesName, when: When): string | undefined {
    const fault = this.series.histogram(series, point, when);
    if (fault === undefined) this.exemplars(point.exemplars);
    return fault;
  }

  private summary(point: SummaryPoint, { name, labels }: SeriesName, when: When): string | undefined {
    for (const { quantile = 0, value = 0 } of point.quantileValues ?? []) {
      const extra: [string, string][] = [["quantile", plainDecimal(quantile)]];
      const fault = this.series.value({ name, labels, extra }, value, { ...when, startMs: 0 });
      if (fault !== undefined) return fault;
    }
    return (
      this.series.value({ name: `${name}_sum`, labels }, point.sum ?? 0, when) ??
      this.series.value({ name: `${name}_count`, labels }, point.count ?? 0, when)
    );
  }

  private exemplars(exemplars: readonly Exemplar[] = []): void {
    const refused = this.series.exemplars(exemplars);
    this.refused.exemplars += refused;
    this.written.exemplars += exemplars.length - refused;
  }
}

/** Observations that are NaN are in no bucket, and make the sum NaN (Prometheus, model/histogram: Validate). */
function addsUp({ count = 0, sum = 0, zeroCount = 0, positive, negative }: ExponentialPoint): boolean {
  const total = [...(positive?.bucketCounts ?? []), ...(negative?.bucketCounts ?? [])].reduce(
    (a, b) => a + b,
    zeroCount,
  );
  return Number.isNaN(sum) ? total <= count : total === count;
}

/**
 * When counting began. A process may live for less than a millisecond, and its counter was 0 before; one that names the same
 * moment twice does not know when it began (OpenTelemetry metrics data model, "Cumulative streams: handling unknown start time").
 */
function startMsOf({ startTimeUnixNano = 0, timeUnixNano = 0 }: Point, timeMs: number): number {
  const startMs = Math.floor(startTimeUnixNano);
  return startMs === timeMs && startTimeUnixNano < timeUnixNano ? timeMs - 1 : startMs;
}
