import { limits } from "../../model/limits.ts";
import { canonicalLabels, labelFaults, metricNameRange } from "../metrics/canonical-labels.ts";
import type { DeltaSums } from "../metrics/delta-sums.ts";
import type { MetricsBlock } from "../metrics/metrics-block.ts";
import { type MetricsContext, PointWriter } from "../metrics/point-writer.ts";
import { type MetricKind, PrometheusNames, unitName } from "../metrics/prometheus-names.ts";
import { ByteSource } from "../native/byte-source.ts";
import { customHistogram } from "./custom-histogram.ts";
import type { DeltaHistograms } from "./delta-histograms.ts";
import { nativeHistogram } from "./exponential-histogram.ts";
import { type LabelMap, MetricLabels, type ResourceLabels } from "./metric-labels.ts";
import type { Attribute, Exemplar, Metric, NativePoint, ScopeMetrics } from "./metric-messages.ts";
import type { OtlpTranslation } from "./translation.ts";

export interface OtlpMetricsContext extends MetricsContext {
  readonly translation: OtlpTranslation;
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

/** When a point is, and since when it counts, in milliseconds. */
export interface When {
  timeMs: number;
  startMs: number;
  isStale: boolean;
  /** Deltas are added to the series' sum. */
  isDelta: boolean;
}

/** Labels of a data point, and those that its parts have besides: `le`, `quantile`. */
export interface SeriesName {
  name: string;
  labels: LabelMap;
  extra?: readonly [string, string][];
}

const tooManySeries = "the metric has too many series";
const lostKey =
  "an attribute's key has nothing that can stand in a label; otlp.translation_strategy NoUTF8EscapingWithSuffixes keeps such keys";
const staleLow = 2;
const staleHigh = 0x7ff0_0000;
/** `target_info` is looked up with a lookback of 5 minutes: points that are further apart get one for every half of it. */
const infoEveryMs = 150_000;

/** The series of one request: names them by resource, scope and attributes, and appends their points. */
export class OtlpSeries {
  private readonly points: PointWriter;
  private readonly block: MetricsBlock;
  private readonly context: OtlpMetricsContext;
  private readonly names: PrometheusNames;
  private readonly labels: MetricLabels;
  private resource: ResourceLabels = emptyResource();
  private scope: LabelMap = new Map();
  /** Of the resource: when its first and last points were, and whether a series names the instance. */
  private firstMs = 0;
  private lastMs = 0;
  private usesInstance = false;
  private isRepeated: boolean | undefined;
  private lost = false;

  constructor(block: MetricsBlock, context: OtlpMetricsContext) {
    this.block = block;
    this.context = context;
    this.points = new PointWriter(block, context);
    this.names = new PrometheusNames(context.translation);
    this.labels = new MetricLabels(this.names, context.translation, () => (this.lost = true));
  }

  /** @returns what is left out of the labels */
  beginResource(attributes: readonly Attribute[] = []): string | undefined {
    this.resource = this.labels.resource(attributes);
    this.firstMs = Infinity;
    this.lastMs = 0;
    this.usesInstance = false;
    return this.takeLost();
  }

  /** @returns what is left out of the labels */
  beginScope(scope: ScopeMetrics): string | undefined {
    this.scope = this.labels.scope(scope);
    return this.takeLost();
  }

  /** `target_info` holds the resource's other attributes, to be joined by job and instance. */
  endResource(): void {
    const { job, instance, info } = this.resource;
    if (this.lastMs === 0 || info.size === 0 || (job === "" && instance === "")) return;
    this.scope = new Map();
    this.resource = { ...emptyResource(), job, instance };
    if (this.open({ name: "target_info", labels: info }, { isSummed: !this.usesInstance }) !== undefined) return;
    const spanMs = limits.targetInfosPerResourceMax.value * infoEveryMs;
    const firstMs = Math.max(this.firstMs, this.lastMs - spanMs);
    for (let atMs = firstMs; atMs < this.lastMs; atMs += infoEveryMs) this.points.sampleValue(1, atMs);
    this.points.sampleValue(1, this.lastMs);
    this.points.metadata(metadataOf("target_info", "gauge", "Target metadata", ""));
  }

  end(): void {
    this.points.finish();
  }

  /** The name that a metric's series have; it is told with its type. @returns undefined when nothing of it can stand */
  metric({ name = "", unit = "", description = "" }: Metric, kind: MetricKind): string | undefined {
    const translated = this.names.metric(name, unit, kind);
    if (translated === undefined) return undefined;
    const type = kind === "sum" ? "gauge" : kind;
    this.points.metadata(metadataOf(translated, type, description, unitName(unit)));
    return translated;
  }

  /** @returns the labels of a point, or what is wrong with it */
  attributes(attributes: readonly Attribute[] = []): LabelMap | string {
    const labels = this.labels.attributes(attributes);
    return this.takeLost() ?? labels;
  }

  /** Takes note of a point's time. @returns a fault */
  timeFault(timeMs: number): string | undefined {
    const fault = this.points.timeFault(timeMs % 0x1_0000_0000, Math.floor(timeMs / 0x1_0000_0000));
    if (fault !== undefined) return fault;
    this.firstMs = Math.min(this.firstMs, timeMs);
    this.lastMs = Math.max(this.lastMs, timeMs);
    return undefined;
  }

  /** Appends one float of a point. @returns a fault */
  value(name: SeriesName, value: number, { timeMs, startMs, isStale, isDelta }: When): string | undefined {
    const { points } = this;
    const fault = this.open(name, { isSummed: isDelta });
    if (fault !== undefined) return fault;
    if (isStale) points.sample(staleLow, staleHigh, timeMs % 0x1_0000_0000, Math.floor(timeMs / 0x1_0000_0000));
    else if (!isDelta) points.sampleValue(value, timeMs, startMs);
    else {
      const { numbers } = this.context.sums();
      const sum = numbers.add(points.id, this.isAdded() ? 0 : value, { timeMs, startMs });
      if (sum === undefined) return tooManySeries;
      points.sampleValue(sum.value, sum.timeMs, sum.startMs);
    }
    return undefined;
  }

  /** Appends a native histogram. @returns a fault */
  histogram(name: SeriesName, point: NativePoint, when: When): string | undefined {
    const fault = this.open(name, { isSummed: when.isDelta });
    if (fault !== undefined) return fault;
    const { timeMs: timeUnixNano, startMs: startTimeUnixNano } = when;
    const whole = when.isDelta ? this.addHistogram(point, when) : { ...point, timeUnixNano, startTimeUnixNano };
    const bytes = whole === undefined ? undefined : nativeBytes(whole, when);
    if (whole === undefined || bytes === undefined) return tooManySeries;
    const { timeUnixNano: timeMs = when.timeMs, startTimeUnixNano: startMs = when.startMs } = whole;
    const time = { low: timeMs % 0x1_0000_0000, high: Math.floor(timeMs / 0x1_0000_0000) };
    const range = { source: new ByteSource(bytes), start: 0, end: bytes.length };
    return this.points.histogram(range, time, startMs) ? undefined : tooManySeries;
  }

  /**
   * Appends exemplars of the series named last; the ids of trace and span win over attributes of that name.
   * @returns how many could not be taken
   */
  exemplars(exemplars: readonly Exemplar[] = []): number {
    const { labels } = this.block.exemplars.to;
    let refused = 0;
    for (const exemplar of exemplars) {
      const { traceId = "", spanId = "" } = exemplar;
      const timeMs = Math.floor(exemplar.timeUnixNano ?? this.context.receivedAtMs);
      const [low, high] = [timeMs % 0x1_0000_0000, Math.floor(timeMs / 0x1_0000_0000)];
      if (this.points.timeFault(low, high) !== undefined) {
        refused++;
        continue;
      }
      const all = this.labels.attributes(exemplar.filteredAttributes);
      this.takeLost();
      if (traceId !== "") all.set("trace_id", traceId);
      if (spanId !== "") all.set("span_id", spanId);
      for (const [label, text] of all) {
        const [key, value] = [new ByteSource(Buffer.from(label)), new ByteSource(Buffer.from(text))];
        labels.appendKey(key, 0, key.bytes.length);
        labels.values.append(value, 0, value.bytes.length);
      }
      this.points.exemplarValue(exemplar.asDouble ?? exemplar.asInt ?? 0, low, high);
    }
    return refused;
  }

  /**
   * Names the series that points follow for. A sum of many processes does not name the one that reports: it has no
   * `instance`.
   * @returns a fault
   */
  private open({ name, labels: own, extra = [] }: SeriesName, { isSummed }: { isSummed: boolean }): string | undefined {
    const { job, instance, promoted, promotedOfSum } = this.resource;
    const labels = new Map([...(isSummed ? promotedOfSum : promoted), ...own, ...this.scope, ...extra]);
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

  private addHistogram(delta: NativePoint, when: When): NativePoint | undefined {
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

  private takeLost(): string | undefined {
    const fault = this.lost ? lostKey : undefined;
    this.lost = false;
    return fault;
  }
}

function nativeBytes(point: NativePoint, when: When): Buffer | undefined {
  return "explicitBounds" in point ? customHistogram(point, when) : nativeHistogram(point, when);
}

function emptyResource(): ResourceLabels {
  return { job: "", instance: "", promoted: new Map(), promotedOfSum: new Map(), info: new Map() };
}

function metadataOf(name: string, type: string, help: string, unit: string) {
  return { metric: Buffer.from(name), type, help: Buffer.from(help), unit: Buffer.from(unit) };
}
