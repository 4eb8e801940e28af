import { ByteSource } from "../native/byte-source.ts";
import type { MetricsBlock } from "../metrics/metrics-block.ts";
import type { MetricsOutcome, PointCounts } from "../metrics/metrics-outcome.ts";
import { type MetricsContext, PointWriter } from "../metrics/point-writer.ts";
import type { SeriesOrder } from "../metrics/series-order.ts";
import { ProtobufReader } from "../otlp/protobuf-reader.ts";
import { Rejections } from "../otlp/rejections.ts";
import { histogramFault, readHistogram } from "./histogram.ts";
import { atSchema, schemaMax } from "./resolution.ts";

export interface MetricMetadata {
  metric: Buffer;
  /** As numbered in both versions. */
  type: number;
  help: Buffer;
  unit: Buffer;
}

/** What both versions of remote write have in common: the points of a series. */
export abstract class WriteDecoder {
  protected readonly reader: ProtobufReader;
  protected readonly points: PointWriter;
  protected readonly block: MetricsBlock;
  protected readonly order: SeriesOrder;
  protected seriesIndex = -1;
  /** Why the series under way takes no points. */
  protected fault: string | undefined;
  private readonly written: PointCounts = { samples: 0, histograms: 0, exemplars: 0 };
  private readonly refused: PointCounts = { samples: 0, histograms: 0, exemplars: 0 };
  private readonly rejections = new Rejections();

  constructor(body: Uint8Array, block: MetricsBlock, context: MetricsContext) {
    this.reader = new ProtobufReader(new ByteSource(body));
    this.block = block;
    this.points = new PointWriter(block, context);
    this.order = context.known.order;
  }

  protected outcome(): MetricsOutcome {
    this.points.finish();
    return { written: this.written, refused: this.refused, reasons: this.rejections.reasons() };
  }

  protected refuse(kind: keyof PointCounts | "metadata", reason: string): void {
    if (kind !== "metadata") this.refused[kind]++;
    this.rejections.add(reason, () => `timeseries[${this.seriesIndex}]`);
  }

  /** Sample: value = 1, timestamp = 2, start_timestamp = 3 (2.0 only). */
  protected sample(end: number): void {
    const { reader, points } = this;
    let valueLow = 0;
    let valueHigh = 0;
    let timeLow = 0;
    let timeHigh = 0;
    let startMs = 0;
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x09) {
        reader.fixed64();
        valueLow = reader.low;
        valueHigh = reader.high;
      } else if (tag === 0x10) {
        reader.varint64();
        timeLow = reader.low;
        timeHigh = reader.high;
      } else if (tag === 0x18) startMs = this.startTime();
      else reader.skipUnknown(tag, 3);
    }
    const fault = this.fault ?? points.timeFault(timeLow, timeHigh);
    if (fault !== undefined) {
      this.refuse("samples", fault);
      return;
    }
    points.sample(valueLow, valueHigh, timeLow, timeHigh, startMs);
    this.written.samples++;
  }

  /** A start time that cannot be is the same as none. */
  private startTime(): number {
    const { reader } = this;
    reader.varint64();
    return reader.high < 0x20_0000 ? reader.high * 0x1_0000_0000 + reader.low : 0;
  }

  protected histogram(end: number): void {
    const { reader, points } = this;
    const start = reader.position;
    const histogram = readHistogram(reader.source, start, end);
    reader.position = end;
    const { timestampMs, startTimestampMs } = histogram;
    const time = { low: timestampMs >>> 0, high: Math.floor(timestampMs / 0x1_0000_0000) >>> 0 };
    const fault = this.fault ?? histogramFault(histogram) ?? points.timeFault(time.low, time.high);
    if (fault !== undefined) {
      this.refuse("histograms", fault);
      return;
    }
    const isTooFine = histogram.schema > schemaMax && !histogram.isStale;
    const kept = isTooFine ? wholeOf(atSchema(histogram, schemaMax)) : { source: reader.source, start, end };
    if (points.histogram(kept, time, Math.max(0, startTimestampMs))) {
      this.written.histograms++;
    } else this.refuse("histograms", "the metric has too many series, and native histograms do not overflow into one");
  }

  /** Appends the exemplar whose labels were appended to the block. */
  protected exemplar(value: { low: number; high: number }, time: { low: number; high: number }): void {
    const { points, block } = this;
    const fault = this.fault ?? points.timeFault(time.low, time.high);
    if (fault !== undefined) {
      block.exemplars.to.labels.abandonRow();
      this.refuse("exemplars", fault);
      return;
    }
    points.exemplar(value.low, value.high, time.low, time.high);
    this.written.exemplars++;
  }

  /** Appends what is told of a metric. */
  protected metadata(told: MetricMetadata): void {
    if (told.metric.length > 0) this.points.metadata({ ...told, type: metricTypes[told.type] ?? "unknown" });
  }

  /** The bytes of the field that follows. */
  protected bytes(): Buffer {
    const { reader } = this;
    const end = reader.end();
    const bytes = Buffer.from(reader.source.bytes.subarray(reader.position, end));
    reader.position = end;
    return bytes;
  }
}

const wholeOf = (bytes: Uint8Array) => ({ source: new ByteSource(bytes), start: 0, end: bytes.length });

/** As numbered in both versions, in the words of the Prometheus HTTP API. */
const metricTypes = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"];
