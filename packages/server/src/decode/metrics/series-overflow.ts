import { limits } from "../../model/limits.ts";
import type { ByteSource } from "../native/byte-source.ts";
import { canonicalLabels, eachLabel } from "./canonical-labels.ts";
import { grown, IdTable } from "./id-table.ts";
import { hashSeries, SeriesId } from "./series-id.ts";

/** What a metric with too many series has lost, since the server started. */
export interface OverflowReport {
  readonly metric: string;
  /** Series beyond the limit today, as far as they are told apart (limits.overflowSeriesMax). */
  readonly series: number;
  /** Samples that went into the overflow series. */
  readonly samples: number;
  /** The label with the most distinct values among those series, and how many (up to limits.overflowLabelValuesMax). */
  readonly label: string;
  readonly labelValues: number;
}

/** A metric that has too many series: its overflow series, and what is known of those beyond the limit. */
class OverflowingMetric {
  samples = 0;
  /** Labels of its overflow series, as keys. */
  readonly kept = new Set<string>();
  private readonly ids = new IdTable();
  private lastValues = new Float64Array(this.ids.capacity);
  private readonly valuesOfLabel = new Map<string, Set<string>>();

  get series(): number {
    return this.ids.size;
  }

  /**
   * How much the counter behind `id` has grown since its last sample: all of it after a reset; for the first, all of it when
   * `isNew`, else nothing.
   */
  increase(id: SeriesId, value: number, isNew: boolean): number {
    if (Number.isNaN(value)) return 0;
    const known = this.ids.find(id.low, id.high);
    if (known === -1) return isNew ? value : 0;
    const before = this.lastValues[known]!;
    this.lastValues[known] = value;
    return value < before ? value : value - before;
  }

  /** Counts a series. @returns whether it is told apart from now on */
  meet(id: SeriesId, value: number, source: ByteSource, start: number, end: number): void {
    if (this.ids.find(id.low, id.high) !== -1 || this.ids.size >= limits.overflowSeriesMax.value) return;
    const number = this.ids.add(id.low, id.high);
    if (this.ids.capacity > this.lastValues.length) {
      this.lastValues = grown(this.lastValues, new Float64Array(this.ids.capacity));
    }
    this.lastValues[number] = value;
    eachLabel(source, start, end, (nameStart, nameEnd, valueStart, valueEnd) => {
      this.meetLabel(text(source, nameStart, nameEnd), text(source, valueStart, valueEnd));
    });
  }

  private meetLabel(name: string, value: string): void {
    let values = this.valuesOfLabel.get(name);
    if (values === undefined) {
      if (this.valuesOfLabel.size >= limits.overflowLabelsMax.value) return;
      this.valuesOfLabel.set(name, (values = new Set()));
    }
    if (values.size < limits.overflowLabelValuesMax.value) values.add(value);
  }

  /** Bounds are a histogram's own: no sender can take them off. */
  worstLabel(): { label: string; labelValues: number } {
    let worst = { label: "", labelValues: 0 };
    for (const [label, { size }] of this.valuesOfLabel) {
      if (size > worst.labelValues && !ownLabels.has(label)) worst = { label, labelValues: size };
    }
    return worst;
  }

  beginDay(): void {
    this.kept.clear();
    this.ids.clear();
    this.valuesOfLabel.clear();
  }
}

/** A point of an overflow series that the request under way makes: one for each series, of the latest time. */
export interface OverflowPoint {
  readonly metric: string;
  /** Canonical labels of the overflow series. */
  readonly labels: Uint8Array;
  timeMs: number;
  value: number;
  /** When it began, of an overflow series that is new; else 0. */
  startMs: number;
}

/** A sample of a series beyond the limit. */
export interface OverflowingSample {
  readonly timeMs: number;
  readonly value: number;
  /** When the counter began; 0 where that is not known. */
  readonly startMs: number;
  /** Told to be a counter, whatever its name. */
  readonly isCounter: boolean;
}

const ownLabels = new Set(["__name__", "le", "quantile"]);
const keptLabels = new Set(["__name__", "job", "instance", "le", "quantile"]);
/** What tells a counter when nobody says so (Prometheus naming conventions). */
const counterName = /_(?:total|sum|count|bucket)$/;

/**
 * Keeps a metric with too many series alive in few: the labels reduced to job, instance, and the bounds of histograms and
 * summaries, with `otel_metric_overflow="true"` (OpenTelemetry metrics SDK, "Overflow attribute"), and to none of them where
 * even these are too many. Counters are summed, so
 * that their rate stays right; of other metrics the overflow series has the latest value.
 */
export class SeriesOverflow {
  private readonly metrics = new Map<string, OverflowingMetric>();
  /** Running totals of overflow series. */
  private readonly totals = new Map<string, number>();
  private points = new Map<string, OverflowPoint>();
  private readonly id = new SeriesId();
  private sinceMs: number;

  /** @param sinceMs a counter that began before may have been counted before, and is not counted again */
  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }

  /** Takes a sample of a series beyond the limit. */
  add(
    metric: string,
    labels: { source: ByteSource; start: number; end: number },
    { timeMs, value, startMs, isCounter }: OverflowingSample,
  ): void {
    const { source, start, end } = labels;
    let overflowing = this.metrics.get(metric);
    if (overflowing === undefined) this.metrics.set(metric, (overflowing = new OverflowingMetric()));
    overflowing.samples++;
    hashSeries(source, start, end, this.id);
    const increase = overflowing.increase(this.id, value, startMs > 0 && startMs >= this.sinceMs);
    overflowing.meet(this.id, value, source, start, end);
    const { reduced, key } = keepLabels(overflowing, metric, reducedLabels(source, start, end));
    let point = this.points.get(key);
    if (point === undefined)
      this.points.set(key, (point = { metric, labels: canonicalLabels(reduced), timeMs, value, startMs: 0 }));
    point.timeMs = Math.max(point.timeMs, timeMs);
    if (!isCounter && !counterName.test(metric)) {
      point.value = value;
      return;
    }
    // Its first growth is seen only where a zero comes before it.
    if (increase > 0 && startMs > 0 && (!this.totals.has(key) || point.startMs > 0))
      point.startMs = Math.min(point.startMs || Infinity, startMs);
    point.value = (this.totals.get(key) ?? 0) + increase;
    this.totals.set(key, point.value);
  }

  /** The points of the overflow series since the last call. */
  take(): Iterable<OverflowPoint> {
    const { points } = this;
    if (points.size > 0) this.points = new Map();
    return points.values();
  }

  /** Forgets the points of a request that failed. What counters grew by stays in their totals, as it does in `increase`. */
  discard(): void {
    this.take();
  }

  /** Forgets which series there are. @param sinceMs as of the constructor */
  beginDay(sinceMs: number): void {
    this.sinceMs = sinceMs;
    for (const metric of this.metrics.values()) metric.beginDay();
  }

  /** Metrics that lost series, worst first. */
  report(): OverflowReport[] {
    return [...this.metrics]
      .map(([metric, overflowing]) => ({
        metric,
        series: overflowing.series,
        samples: overflowing.samples,
        ...overflowing.worstLabel(),
      }))
      .sort((a, b) => b.samples - a.samples);
  }
}

function text({ bytes }: ByteSource, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}

/** Where job, instance or bounds explode too, a metric has one more overflow series, without any of them. */
function keepLabels(
  { kept }: OverflowingMetric,
  metric: string,
  labels: [string, string][],
): { reduced: [string, string][]; key: string } {
  const key = JSON.stringify(labels);
  if (kept.has(key) || kept.size < limits.overflowSeriesPerMetricMax.value) {
    kept.add(key);
    return { reduced: labels, key };
  }
  const reduced: [string, string][] = [
    ["otel_metric_overflow", "true"],
    ["__name__", metric],
  ];
  return { reduced, key: JSON.stringify(reduced) };
}

function reducedLabels(source: ByteSource, start: number, end: number): [string, string][] {
  const labels: [string, string][] = [["otel_metric_overflow", "true"]];
  eachLabel(source, start, end, (nameStart, nameEnd, valueStart, valueEnd) => {
    const name = text(source, nameStart, nameEnd);
    if (keptLabels.has(name)) labels.push([name, text(source, valueStart, valueEnd)]);
  });
  return labels;
}
