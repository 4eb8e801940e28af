import { canonicalLabels, labelFaults, metricNameRange } from "../metrics/canonical-labels.ts";
import type { DeltaSums } from "../metrics/delta-sums.ts";
import type { MetricsBlock } from "../metrics/metrics-block.ts";
import type { MetricsOutcome, PointCounts } from "../metrics/metrics-outcome.ts";
import { type MetricsContext, PointWriter } from "../metrics/point-writer.ts";
import { metricName, type MetricKind, plainDecimal } from "../metrics/prometheus-names.ts";
import { ByteSource } from "../native/byte-source.ts";
import type { DeltaHistograms } from "./delta-histograms.ts";
import { nativeHistogram, scaleMin } from "./exponential-histogram.ts";
import { exportMetricsServiceRequest } from "./json/message-types.ts";
import { jsonToProtobuf } from "./json/transcode.ts";
import { MessageReader } from "./message-reader.ts";
import { attributeLabels, type LabelMap, resourceLabels, type ResourceLabels, scopeLabels } from "./metric-labels.ts";
import {
  type Exemplar,
  type ExponentialPoint,
  type HistogramPoint,
  type Metric,
  type MetricsRequest,
  type NumberPoint,
  type Point,
  type ResourceMetrics,
  type SummaryPoint,
  temporality,
} from "./metric-messages.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { Rejections } from "./rejections.ts";

export interface OtlpMetricsContext extends MetricsContext {
  /** The sums of deltas. @throws SightglassError unavailable until it is known where they stand */
  readonly sums: () => Sums;
  /** What tells this request apart, and whether it was seen before: its deltas are added already. Asked at most once. */
  readonly meet: () => MetRequest;
}

/** Where the sums of deltas stand. */
export interface Sums {
  readonly numbers: DeltaSums;
  readonly histograms: DeltaHistograms;
}

export interface MetRequest {
  readonly low: number;
  readonly high: number;
  readonly isRepeated: boolean;
}

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
  return new MetricsDecoder(block, context).decode(request);
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
  overflow: "the metric has too many series",
  data: "the metric has no data that is known here",
} as const;

const staleLow = 2;
const staleHigh = 0x7ff0_0000;
const noRecordedValue = 1;

/** When a point is, and since when it counts, in milliseconds. */
interface When {
  timeMs: number;
  startMs: number;
  isStale: boolean;
  /** Deltas are added to the series' sum. */
  isDelta: boolean;
}

class MetricsDecoder {
  private readonly points: PointWriter;
  private readonly block: MetricsBlock;
  private readonly context: OtlpMetricsContext;
  private readonly written: PointCounts = { samples: 0, histograms: 0, exemplars: 0 };
  private readonly refused: PointCounts = { samples: 0, histograms: 0, exemplars: 0 };
  private readonly rejections = new Rejections();
  private resource: ResourceLabels = { job: "", instance: "", info: new Map() };
  private scope: LabelMap = new Map();
  /** Of the resource: when its last point was, and whether a series names the instance. */
  private lastMs = 0;
  private usesInstance = false;
  private isRepeated: boolean | undefined;
  private where = "";

  constructor(block: MetricsBlock, context: OtlpMetricsContext) {
    this.block = block;
    this.context = context;
    this.points = new PointWriter(block, context);
  }

  decode({ resourceMetrics = [] }: MetricsRequest): MetricsOutcome {
    for (const resource of resourceMetrics) this.decodeResource(resource);
    this.points.finish();
    return { written: this.written, refused: this.refused, reasons: this.rejections.reasons() };
  }

  private decodeResource({ resource, scopeMetrics = [] }: ResourceMetrics): void {
    this.resource = resourceLabels(resource?.attributes);
    this.lastMs = 0;
    this.usesInstance = false;
    for (const scope of scopeMetrics) {
      this.scope = scopeLabels(scope);
      for (const metric of scope.metrics ?? []) this.decodeMetric(metric);
    }
    this.writeTargetInfo();
  }

  /** `target_info` holds the resource's other attributes, to be joined by job and instance. */
  private writeTargetInfo(): void {
    const { job, instance, info } = this.resource;
    if (this.lastMs === 0 || info.size === 0 || (job === "" && instance === "")) return;
    this.scope = new Map();
    if (this.open("target_info", info, [], { isSummed: !this.usesInstance }) !== undefined) return;
    this.points.sampleValue(1, this.lastMs);
  }

  private decodeMetric(metric: Metric): void {
    this.where = `metric ${JSON.stringify(metric.name ?? "")}`;
    if (metric.gauge !== undefined) this.numbers(metric, metric.gauge.dataPoints, "gauge");
    else if (metric.sum !== undefined) {
      const { dataPoints, isMonotonic = false, aggregationTemporality } = metric.sum;
      this.numbers(metric, dataPoints, isMonotonic ? "counter" : "sum", aggregationTemporality ?? 0);
    } else if (metric.histogram !== undefined) {
      const { dataPoints, aggregationTemporality = 0 } = metric.histogram;
      this.each(metric, "histogram", dataPoints, aggregationTemporality, (point: HistogramPoint, name, when) =>
        this.histogram(point, name, when),
      );
    } else if (metric.exponentialHistogram !== undefined) {
      const { dataPoints, aggregationTemporality = 0 } = metric.exponentialHistogram;
      this.each(metric, "histogram", dataPoints, aggregationTemporality, (point: ExponentialPoint, name, when) =>
        this.exponential(point, name, when),
      );
    } else if (metric.summary !== undefined) {
      this.each(metric, "summary", metric.summary.dataPoints, temporality.cumulative, (point, name, when) =>
        this.summary(point, name, when),
      );
    } else this.rejections.add(faults.data, () => this.where);
  }

  private numbers(
    metric: Metric,
    dataPoints: NumberPoint[] | undefined,
    kind: MetricKind,
    aggregation: number = temporality.cumulative,
  ): void {
    this.each(metric, kind, dataPoints, aggregation, (point: NumberPoint, name, when) => {
      const labels = attributeLabels(point.attributes);
      const counts = kind === "counter" ? when : { ...when, startMs: when.isDelta ? when.startMs : 0 };
      const fault = this.value({ name, labels }, point.asDouble ?? point.asInt ?? 0, counts);
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
    take: (point: P, name: string, when: When) => string | undefined,
  ): void {
    const counted = metric.exponentialHistogram === undefined ? "samples" : "histograms";
    const name = metricName(metric.name ?? "", metric.unit ?? "", kind);
    const isDelta = aggregation === temporality.delta;
    let fault: string | undefined = name === undefined ? faults.name : undefined;
    if (!isDelta && aggregation !== temporality.cumulative) fault ??= faults.temporality;
    if (name !== undefined && fault === undefined) this.tell(name, kind, metric);
    for (const point of dataPoints) {
      const pointFault = fault ?? this.point(point, isDelta, (when) => take(point, name ?? "", when));
      if (pointFault === undefined) this.written[counted]++;
      else {
        this.refused[counted]++;
        this.rejections.add(pointFault, () => this.where);
      }
    }
  }

  private point(point: Point, isDelta: boolean, take: (when: When) => string | undefined): string | undefined {
    const timeMs = Math.floor(point.timeUnixNano ?? this.context.receivedAtMs);
    const fault = this.points.timeFault(timeMs % 0x1_0000_0000, Math.floor(timeMs / 0x1_0000_0000));
    if (fault !== undefined) return fault;
    const isStale = ((point.flags ?? 0) & noRecordedValue) !== 0;
    this.lastMs = Math.max(this.lastMs, timeMs);
    // Nothing recorded is nothing to add.
    if (isStale && isDelta) return undefined;
    return take({ timeMs, startMs: startMsOf(point, timeMs), isStale, isDelta });
  }

  private histogram(point: HistogramPoint, name: string, when: When): string | undefined {
    const { bucketCounts = [], explicitBounds = [], count = 0, sum } = point;
    if (bucketCounts.length > 0 && bucketCounts.length !== explicitBounds.length + 1) return faults.buckets;
    const labels = attributeLabels(point.attributes);
    const of = (ending: string, value: number, extra: [string, string][] = []) =>
      this.value({ name: name + ending, labels, extra }, value, when);
    const waiting = [...(point.exemplars ?? [])];
    let cumulative = 0;
    for (const [index, bound] of [...explicitBounds, Infinity].entries()) {
      cumulative += bucketCounts[index] ?? 0;
      const isLast = bound === Infinity;
      const fault = of("_bucket", isLast ? count : cumulative, [["le", plainDecimal(bound)]]);
      if (fault !== undefined) return fault;
      const inBucket = (exemplar: Exemplar) => (exemplar.asDouble ?? exemplar.asInt ?? 0) <= bound;
      this.exemplars(waiting.filter(inBucket));
      for (let at = waiting.length - 1; at >= 0; at--) if (inBucket(waiting[at]!)) waiting.splice(at, 1);
    }
    return (sum === undefined ? undefined : of("_sum", sum)) ?? of("_count", count);
  }

  private exponential(point: ExponentialPoint, name: string, when: When): string | undefined {
    if ((point.scale ?? 0) < scaleMin) return faults.scale;
    const fault = this.open(name, attributeLabels(point.attributes), [], { isSummed: when.isDelta });
    if (fault !== undefined) return fault;
    const { timeMs: timeUnixNano, startMs: startTimeUnixNano } = when;
    const whole = when.isDelta ? this.addHistogram(point, when) : { ...point, timeUnixNano, startTimeUnixNano };
    const bytes = whole === undefined ? undefined : nativeHistogram(whole, when);
    if (whole === undefined || bytes === undefined) return faults.overflow;
    const { timeUnixNano: timeMs = when.timeMs, startTimeUnixNano: startMs = when.startMs } = whole;
    const time = { low: timeMs % 0x1_0000_0000, high: Math.floor(timeMs / 0x1_0000_0000) };
    if (!this.points.histogram({ source: new ByteSource(bytes), start: 0, end: bytes.length }, time, startMs)) {
      return faults.overflow;
    }
    this.exemplars(point.exemplars);
    return undefined;
  }

  private addHistogram(delta: ExponentialPoint, when: When): ExponentialPoint | undefined {
    const { histograms } = this.context.sums();
    return histograms.add(this.points.id, this.isAdded() ? undefined : delta, when);
  }

  /** Whether the deltas of this request were added before. */
  private isAdded(): boolean {
    if (this.isRepeated === undefined) {
      const request = this.context.meet();
      this.points.requestMark(request);
      this.isRepeated = request.isRepeated;
    }
    return this.isRepeated;
  }

  private summary(point: SummaryPoint, name: string, when: When): string | undefined {
    const labels = attributeLabels(point.attributes);
    for (const { quantile = 0, value = 0 } of point.quantileValues ?? []) {
      const extra: [string, string][] = [["quantile", plainDecimal(quantile)]];
      const fault = this.value({ name, labels, extra }, value, { ...when, startMs: 0 });
      if (fault !== undefined) return fault;
    }
    return (
      this.value({ name: `${name}_sum`, labels }, point.sum ?? 0, when) ??
      this.value({ name: `${name}_count`, labels }, point.count ?? 0, when)
    );
  }

  /** Appends one float of a point. @returns a fault */
  private value(
    { name, labels, extra = [] }: { name: string; labels: LabelMap; extra?: [string, string][] },
    value: number,
    when: When,
  ): string | undefined {
    const { points } = this;
    const { timeMs, startMs, isStale, isDelta } = when;
    const fault = this.open(name, labels, extra, { isSummed: isDelta });
    if (fault !== undefined) return fault;
    if (isStale) points.sample(staleLow, staleHigh, timeMs % 0x1_0000_0000, Math.floor(timeMs / 0x1_0000_0000));
    else if (!isDelta) points.sampleValue(value, timeMs, startMs);
    else {
      const { numbers } = this.context.sums();
      const sum = numbers.add(points.id, this.isAdded() ? 0 : value, { timeMs, startMs });
      if (sum === undefined) return faults.overflow;
      points.sampleValue(sum.value, sum.timeMs, sum.startMs);
    }
    return undefined;
  }

  /**
   * Names the series that points follow for. A sum of many processes does not name the one that reports: it has no
   * `instance`.
   * @returns a fault
   */
  private open(
    name: string,
    attributes: LabelMap,
    extra: readonly [string, string][],
    { isSummed }: { isSummed: boolean },
  ): string | undefined {
    const { job, instance } = this.resource;
    const labels = new Map([...this.scope, ...attributes, ...extra]);
    labels.set("__name__", name);
    if (job !== "") labels.set("job", job);
    if (instance !== "" && !isSummed) {
      labels.set("instance", instance);
      this.usesInstance = true;
    }
    const bytes = canonicalLabels(labels);
    const range = metricNameRange(bytes);
    if (range === undefined) return labelFaults.noName;
    return this.points.series(
      { source: new ByteSource(bytes), start: 0, end: bytes.length, ...range },
      isSummed && name !== "target_info",
    );
  }

  /** Exemplars of the series named last; the ids of trace and span win over attributes of that name. */
  private exemplars(exemplars: readonly Exemplar[] = []): void {
    const { labels } = this.block.exemplars.to;
    for (const exemplar of exemplars) {
      const { traceId = "", spanId = "" } = exemplar;
      const timeMs = Math.floor(exemplar.timeUnixNano ?? this.context.receivedAtMs);
      const [low, high] = [timeMs % 0x1_0000_0000, Math.floor(timeMs / 0x1_0000_0000)];
      if (this.points.timeFault(low, high) !== undefined) {
        this.refused.exemplars++;
        continue;
      }
      const all = attributeLabels(exemplar.filteredAttributes);
      if (traceId !== "") all.set("trace_id", traceId);
      if (spanId !== "") all.set("span_id", spanId);
      for (const [label, text] of all) {
        const [key, value] = [new ByteSource(Buffer.from(label)), new ByteSource(Buffer.from(text))];
        labels.appendKey(key, 0, key.bytes.length);
        labels.values.append(value, 0, value.bytes.length);
      }
      this.points.exemplarValue(exemplar.asDouble ?? exemplar.asInt ?? 0, low, high);
      this.written.exemplars++;
    }
  }

  private tell(name: string, kind: MetricKind, { description = "", unit = "" }: Metric): void {
    this.points.metadata({
      metric: Buffer.from(name),
      type: kind === "sum" ? "gauge" : kind,
      help: Buffer.from(description),
      unit: Buffer.from(unit),
    });
  }
}

/**
 * When counting began. A process may live for less than a millisecond, and its counter was 0 before; one that names the same
 * moment twice does not know when it began (OpenTelemetry metrics data model, "Cumulative streams: handling unknown start time").
 */
function startMsOf({ startTimeUnixNano = 0, timeUnixNano = 0 }: Point, timeMs: number): number {
  const startMs = Math.floor(startTimeUnixNano);
  return startMs === timeMs && startTimeUnixNano < timeUnixNano ? timeMs - 1 : startMs;
}
