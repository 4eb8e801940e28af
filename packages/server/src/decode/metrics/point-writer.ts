import { limits } from "../../model/limits.ts";
import type { ByteSource } from "../native/byte-source.ts";
import { ByteSource as Source } from "../native/byte-source.ts";
import { emptyHistogram } from "../prometheus/empty-histogram.ts";
import {
  eachLabel,
  isMetricName,
  labelFaults,
  labelsAreUtf8,
  metricNameRange,
  type SeriesRange,
} from "./canonical-labels.ts";
import { dayMs, type KnownSeries, type SeriesRequest } from "./known-series.ts";
import type { MetricsBlock } from "./metrics-block.ts";
import { hashSeries, SeriesId } from "./series-id.ts";

export interface MetricsContext {
  /** When the request was received, in milliseconds since the Unix epoch. */
  readonly receivedAtMs: number;
  readonly known: KnownSeries;
  /** What `known.begin` gave for the day of receipt. */
  readonly request: SeriesRequest;
}

export const pointFaults = {
  future: `a time is more than ${limits.sampleFutureMaxMs.value / 60_000} minutes ahead`,
  ancient: "a time is before 1970",
} as const;

const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

/**
 * Appends the points of one request, whatever its protocol: `series` names the series, and the points follow. Writes the
 * series' row when today's is missing, a zero where a counter started, and turns to the overflow series when the metric
 * has too many.
 */
export class PointWriter {
  readonly id = new SeriesId();
  private readonly block: MetricsBlock;
  private readonly known: KnownSeries;
  private readonly request: SeriesRequest;
  private readonly day: number;
  private readonly receivedLow: number;
  private readonly receivedHigh: number;
  private readonly timeMaxMs: number;
  /** The labels of the series under way. */
  range!: SeriesRange;
  private readonly kept: SeriesRange;
  /** The series' number among the known, -1 when it goes into overflow. */
  private number = -1;
  private metric = "";

  constructor(block: MetricsBlock, { receivedAtMs, known, request }: MetricsContext) {
    this.block = block;
    this.known = known;
    this.kept = { source: known.order.source, start: 0, end: 0, nameStart: 0, nameEnd: 0 };
    this.day = Math.floor(receivedAtMs / dayMs);
    this.request = request;
    this.receivedLow = receivedAtMs % 0x1_0000_0000;
    this.receivedHigh = Math.floor(receivedAtMs / 0x1_0000_0000);
    this.timeMaxMs = receivedAtMs + limits.sampleFutureMaxMs.value;
  }

  /**
   * The points that follow belong to the series whose labels are at `range`, which is kept until the next call.
   * @returns a fault; then the series has no points
   */
  series(range: SeriesRange, isSummed = false): string | undefined {
    const { known, id } = this;
    this.range = range;
    hashSeries(range.source, range.start, range.end, id);
    this.number = known.find(id);
    if (this.number === -1) {
      if (!labelsAreUtf8(range.source, range.start, range.end)) return labelFaults.notUtf8;
      const { bytes } = range.source;
      this.metric = Buffer.from(bytes.subarray(range.nameStart, range.nameEnd)).toString();
      this.number = known.add(id, this.metric);
      if (this.number !== -1) this.writeSeries(isSummed);
    } else if (known.needsRow(this.number, this.request)) this.writeSeries(isSummed);
    return undefined;
  }

  /**
   * As `series`, in a protocol whose senders name their series in the same order again and again.
   * @see repeat
   */
  seriesInOrder(range: SeriesRange): string | undefined {
    const before = this.number;
    const fault = this.series(range);
    if (fault === undefined) this.known.order.note(before, this.number, range);
    return fault;
  }

  /** The series that is likely to be named next, -1 when nothing is known of it. */
  get expected(): number {
    return this.known.order.after(this.number);
  }

  /** The points that follow belong to the series that was expected: its labels are those that are kept of it. */
  repeat(number: number): void {
    const { known } = this;
    this.number = number;
    known.readId(number, this.id);
    known.order.locate(number, this.kept);
    this.range = this.kept;
    if (known.needsRow(number, this.request)) this.writeSeries(false);
  }

  /** Why a point of this time cannot be taken. */
  timeFault(timeLow: number, timeHigh: number): string | undefined {
    if (timeHigh >= 0x8000_0000) return pointFaults.ancient;
    return timeHigh * 0x1_0000_0000 + timeLow > this.timeMaxMs ? pointFaults.future : undefined;
  }

  /** Appends a sample; the value's bits are kept. The time has no fault. `startMs` is 0 where it is not known. */
  sample(valueLow: number, valueHigh: number, timeLow: number, timeHigh: number, startMs = 0): void {
    if (this.number === -1) {
      floatWords[0] = valueLow;
      floatWords[1] = valueHigh;
      const timeMs = timeHigh * 0x1_0000_0000 + timeLow;
      const isCounter = this.known.metadata.typeOf(this.metric) === "counter";
      this.known.overflow.add(this.metric, this.range, { timeMs, value: float[0]!, startMs, isCounter });
      return;
    }
    if (startMs > 0) this.startCounter(startMs, timeHigh * 0x1_0000_0000 + timeLow);
    this.append(valueLow, valueHigh, timeLow, timeHigh, startMs);
  }

  /** The same with numbers. */
  sampleValue(value: number, timeMs: number, startMs = 0): void {
    float[0] = value;
    const [low, high] = [floatWords[0]!, floatWords[1]!];
    this.sample(low, high, timeMs % 0x1_0000_0000, Math.floor(timeMs / 0x1_0000_0000), startMs);
  }

  /** A counter that is new, or has started anew, was 0 when it started: so its first increase is seen. */
  private startCounter(startMs: number, timeMs: number): void {
    if (startMs >= timeMs || !this.known.hasStarted(this.number, startMs, this.request)) return;
    this.append(0, 0, startMs % 0x1_0000_0000, Math.floor(startMs / 0x1_0000_0000), startMs);
  }

  private append(valueLow: number, valueHigh: number, timeLow: number, timeHigh: number, startMs: number): void {
    const { samples } = this.block;
    const { to } = samples;
    const { range } = this;
    to.receivedAt.append(this.receivedLow, this.receivedHigh);
    to.metric.append(range.source, range.nameStart, range.nameEnd);
    to.seriesId.append(this.id.low, this.id.high);
    to.time.append(timeLow, timeHigh);
    to.value.append(valueLow, valueHigh);
    if (startMs === 0) to.startTime.append(0, 0);
    else to.startTime.append(startMs % 0x1_0000_0000, Math.floor(startMs / 0x1_0000_0000));
    samples.rowCount++;
  }

  /** Appends a native histogram (io.prometheus.write.v2.Histogram). @returns false when the series is in overflow */
  histogram(
    histogram: { source: ByteSource; start: number; end: number },
    time: { low: number; high: number },
    startMs = 0,
  ): boolean {
    if (this.number === -1) return false;
    if (startMs > 0) this.startHistogram(histogram, time.high * 0x1_0000_0000 + time.low, startMs);
    this.appendHistogram(histogram, time, startMs);
    return true;
  }

  /** As `startCounter`. */
  private startHistogram(
    histogram: { source: ByteSource; start: number; end: number },
    timeMs: number,
    startMs: number,
  ) {
    if (startMs >= timeMs || !this.known.hasStarted(this.number, startMs, this.request)) return;
    const empty = emptyHistogram(histogram.source, histogram.start, histogram.end, startMs);
    if (empty === undefined) return;
    const time = { low: startMs % 0x1_0000_0000, high: Math.floor(startMs / 0x1_0000_0000) };
    this.appendHistogram({ source: new Source(empty), start: 0, end: empty.length }, time, startMs);
  }

  private appendHistogram(
    histogram: { source: ByteSource; start: number; end: number },
    time: { low: number; high: number },
    startMs: number,
  ): void {
    const { histograms } = this.block;
    const { to } = histograms;
    const { range } = this;
    to.receivedAt.append(this.receivedLow, this.receivedHigh);
    to.metric.append(range.source, range.nameStart, range.nameEnd);
    to.seriesId.append(this.id.low, this.id.high);
    to.time.append(time.low, time.high);
    to.startTime.append(startMs % 0x1_0000_0000, Math.floor(startMs / 0x1_0000_0000));
    to.histogram.append(histogram.source, histogram.start, histogram.end);
    histograms.rowCount++;
  }

  /**
   * Appends what tells this request apart, beside its samples in one block: after a crash either all of them are there or
   * none. It lies in `samples` as a row without a metric.
   */
  requestMark({ low, high }: { low: number; high: number }): void {
    const { samples } = this.block;
    const { to } = samples;
    to.receivedAt.append(this.receivedLow, this.receivedHigh);
    to.metric.appendEntry(0);
    to.seriesId.append(low, high);
    to.time.append(this.receivedLow, this.receivedHigh);
    to.value.append(0, 0);
    to.startTime.append(0, 0);
    samples.rowCount++;
  }

  /** Appends an exemplar; its labels are appended to `exemplars.labels` before. Without `exemplar` they are dropped. */
  exemplar(valueLow: number, valueHigh: number, timeLow: number, timeHigh: number): void {
    const { exemplars } = this.block;
    const { to } = exemplars;
    const { range } = this;
    if (this.number === -1) {
      to.labels.abandonRow();
      return;
    }
    to.receivedAt.append(this.receivedLow, this.receivedHigh);
    to.metric.append(range.source, range.nameStart, range.nameEnd);
    to.seriesId.append(this.id.low, this.id.high);
    to.time.append(timeLow, timeHigh);
    to.value.append(valueLow, valueHigh);
    to.labels.endRow();
    exemplars.rowCount++;
  }

  /** The same with a number. */
  exemplarValue(value: number, timeLow: number, timeHigh: number): void {
    float[0] = value;
    this.exemplar(floatWords[0]!, floatWords[1]!, timeLow, timeHigh);
  }

  /** Appends what is told of a metric, unless it was told so before. The type in the words of the Prometheus HTTP API. */
  metadata(told: { metric: Buffer; type: string; help: Buffer; unit: Buffer }): void {
    if (!this.known.metadata.isNews(told)) return;
    const { metadata } = this.block;
    const { to } = metadata;
    const append = (column: { append(source: ByteSource, start: number, end: number): unknown }, bytes: Uint8Array) =>
      column.append(new Source(bytes), 0, bytes.length);
    append(to.metric, told.metric);
    append(to.type, Buffer.from(told.type));
    append(to.help, told.help);
    append(to.unit, told.unit);
    to.seenAt.append(this.receivedLow, this.receivedHigh);
    metadata.rowCount++;
  }

  /** After the last point: the samples of overflow series. */
  finish(): void {
    for (const { metric, labels, timeMs, value, startMs } of this.known.overflow.take()) {
      const source = new Source(labels);
      const { nameStart = 0, nameEnd = 0 } = metricNameRange(labels) ?? {};
      this.range = { source, start: 0, end: labels.length, nameStart, nameEnd };
      hashSeries(source, 0, labels.length, this.id);
      this.number = this.known.find(this.id);
      if (this.number === -1) {
        this.number = this.known.addUnlimited(this.id, metric);
        this.writeSeries(false);
      } else if (this.known.needsRow(this.number, this.request)) this.writeSeries(false);
      this.sampleValue(value, timeMs, startMs);
    }
  }

  private writeSeries(isSummed: boolean): void {
    const { series } = this.block;
    const { to } = series;
    const { source, start, end, nameStart, nameEnd } = this.range;
    to.day.append(this.day);
    to.metric.append(source, nameStart, nameEnd);
    to.seriesId.append(this.id.low, this.id.high);
    eachLabel(source, start, end, (labelStart, labelEnd, valueStart, valueEnd) => {
      if (isMetricName(source.bytes, labelStart, labelEnd)) return;
      to.labels.appendKey(source, labelStart, labelEnd);
      to.labels.values.append(source, valueStart, valueEnd);
    });
    to.labels.endRow();
    to.isSummed.append(isSummed ? 1 : 0);
    series.rowCount++;
    this.known.writes(this.number, this.request);
  }
}
