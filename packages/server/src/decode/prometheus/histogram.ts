import type { ByteSource } from "../native/byte-source.ts";
import { ProtobufReader, wireBytes } from "../otlp/protobuf-reader.ts";

/**
 * Reads io.prometheus.write.v2.Histogram, which the column `histogram_samples.histogram` holds; remote write 1.0 has the
 * same fields. Counts of integer histograms are made absolute, so that both kinds look alike.
 */

/** `length` buckets that follow each other, `offset` after the end of the span before (the first: from index 0). */
export interface BucketSpan {
  offset: number;
  length: number;
}

export interface Histogram {
  /** Base 2^(2^-schema), of which -4 to 8 are kept and finer ones made coarser; -53: the bounds are `customValues`. */
  schema: number;
  count: number;
  /** The staleness marker stands here, as a NaN. */
  sum: number;
  zeroThreshold: number;
  zeroCount: number;
  positiveSpans: BucketSpan[];
  /** Of each bucket in `positiveSpans`, not cumulative. */
  positiveCounts: number[];
  negativeSpans: BucketSpan[];
  negativeCounts: number[];
  customValues: number[];
  /** 0 unknown, 1 reset, 2 no reset, 3 gauge. */
  resetHint: number;
  timestampMs: number;
  startTimestampMs: number;
  isFloat: boolean;
  /** The sum is the staleness marker 0x7ff0000000000002. */
  isStale: boolean;
}

/** Custom bucket bounds (NHCB). */
export const customBucketsSchema = -53;
const bucketsMax = 100_000;
/** Finer than 2^(2^-52) no double can tell (Prometheus, native histograms, "Schema": 9 to 52 are reserved). */
const schemaReadMax = 52;
const fieldMax = 17;

function empty(): Histogram {
  return {
    schema: 0,
    count: 0,
    sum: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    positiveSpans: [],
    positiveCounts: [],
    negativeSpans: [],
    negativeCounts: [],
    customValues: [],
    resetHint: 0,
    timestampMs: 0,
    startTimestampMs: 0,
    isFloat: false,
    isStale: false,
  };
}

/** Reads the message at `[start, end)`. @throws SightglassError invalid_argument when it is not protobuf */
export function readHistogram(source: ByteSource, start: number, end: number): Histogram {
  const reader = new ProtobufReader(source);
  reader.position = start;
  return new HistogramReader(reader).read(end);
}

class HistogramReader {
  private readonly reader: ProtobufReader;
  private readonly histogram = empty();
  private positiveDelta = 0;
  private negativeDelta = 0;

  constructor(reader: ProtobufReader) {
    this.reader = reader;
  }

  read(end: number): Histogram {
    const { reader, histogram } = this;
    reader.limit = end;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (!this.scalar(tag) && !this.repeated(tag)) reader.skipUnknown(tag, fieldMax);
    }
    return histogram;
  }

  private scalar(tag: number): boolean {
    const { histogram } = this;
    switch (tag) {
      case 0x08:
        histogram.count = this.uint64();
        return true;
      case 0x11:
        histogram.count = this.double();
        histogram.isFloat = true;
        return true;
      case 0x19:
        histogram.sum = this.double();
        histogram.isStale = this.reader.low === 2 && this.reader.high === 0x7ff0_0000;
        return true;
      case 0x20:
        histogram.schema = this.sint();
        return true;
      case 0x29:
        histogram.zeroThreshold = this.double();
        return true;
      case 0x30:
        histogram.zeroCount = this.uint64();
        return true;
      case 0x39:
        histogram.zeroCount = this.double();
        return true;
      case 0x70:
        histogram.resetHint = this.uint64();
        return true;
      case 0x78:
        histogram.timestampMs = this.int64();
        return true;
      case 0x88:
        histogram.startTimestampMs = this.int64();
        return true;
      default:
        return false;
    }
  }

  private repeated(tag: number): boolean {
    const { histogram } = this;
    switch (tag >>> 3) {
      case 8:
        if ((tag & 7) !== wireBytes) return false;
        histogram.negativeSpans.push(this.span());
        return true;
      case 9:
        return this.values(tag, 0, () => histogram.negativeCounts.push((this.negativeDelta += this.sint())));
      case 10:
        return this.values(tag, 1, () => histogram.negativeCounts.push(this.double()));
      case 11:
        if ((tag & 7) !== wireBytes) return false;
        histogram.positiveSpans.push(this.span());
        return true;
      case 12:
        return this.values(tag, 0, () => histogram.positiveCounts.push((this.positiveDelta += this.sint())));
      case 13:
        return this.values(tag, 1, () => histogram.positiveCounts.push(this.double()));
      case 16:
        return this.values(tag, 1, () => histogram.customValues.push(this.double()));
      default:
        return false;
    }
  }

  /** A repeated number, packed or not. */
  private values(tag: number, wireType: number, read: () => void): boolean {
    const { reader } = this;
    if ((tag & 7) === wireType) {
      read();
      return true;
    }
    if ((tag & 7) !== wireBytes) return false;
    const { limit } = reader;
    const end = reader.end();
    reader.limit = end;
    while (reader.position < end) read();
    reader.limit = limit;
    return true;
  }

  private span(): BucketSpan {
    const { reader } = this;
    const { limit } = reader;
    const end = reader.end();
    const span = { offset: 0, length: 0 };
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x08) span.offset = this.sint();
      else if (tag === 0x10) span.length = reader.varint32();
      else reader.skipUnknown(tag, 2);
    }
    reader.limit = limit;
    return span;
  }

  private double(): number {
    const { reader } = this;
    reader.fixed64();
    return reader.source.view.getFloat64(reader.position - 8, true);
  }

  private uint64(): number {
    this.reader.varint64();
    return this.reader.high * 0x1_0000_0000 + this.reader.low;
  }

  private int64(): number {
    this.reader.varint64();
    return (this.reader.high | 0) * 0x1_0000_0000 + this.reader.low;
  }

  /** Zigzag: exact to 2^53. */
  private sint(): number {
    const encoded = this.uint64();
    return encoded % 2 === 0 ? encoded / 2 : -(encoded + 1) / 2;
  }
}

/**
 * Why a histogram cannot be (Prometheus, model/histogram: Validate), or undefined. The number of observations is checked
 * for integer histograms only; those with NaN among them have more in `count` than in buckets.
 */
export function histogramFault(histogram: Histogram): string | undefined {
  if (histogram.isStale) return undefined;
  const { schema, customValues } = histogram;
  if (schema === customBucketsSchema) {
    if (histogram.zeroCount !== 0 || histogram.zeroThreshold !== 0 || histogram.negativeSpans.length > 0) {
      return "a histogram with custom buckets has a zero bucket or negative buckets";
    }
    for (let i = 1; i < customValues.length; i++) {
      if (!(customValues[i]! > customValues[i - 1]!)) return "the custom bounds of a histogram do not rise";
    }
  } else if (schema < -4 || schema > schemaReadMax) return `a histogram has schema ${schema}`;
  else if (customValues.length > 0) return "a histogram with custom bounds has an exponential schema";
  const side =
    bucketFault(histogram.positiveSpans, histogram.positiveCounts) ??
    bucketFault(histogram.negativeSpans, histogram.negativeCounts);
  if (side !== undefined) return side;
  if (!(histogram.zeroCount >= 0) || !(histogram.count >= 0)) return "a histogram has a negative count";
  if (histogram.isFloat) return undefined;
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  const observed = histogram.zeroCount + sum(histogram.positiveCounts) + sum(histogram.negativeCounts);
  const fits = Number.isNaN(histogram.sum) ? observed <= histogram.count : observed === histogram.count;
  return fits ? undefined : "a histogram has another count than its buckets together";
}

function bucketFault(spans: readonly BucketSpan[], counts: readonly number[]): string | undefined {
  let buckets = 0;
  for (const [index, { offset, length }] of spans.entries()) {
    if (index > 0 && offset < 0) return "the spans of a histogram overlap";
    buckets += length;
  }
  if (buckets > bucketsMax) return `a histogram has more than ${bucketsMax} buckets`;
  if (buckets !== counts.length) return `the spans of a histogram have ${buckets} buckets, but ${counts.length} counts`;
  return counts.some((count) => !(count >= 0)) ? "a histogram has a bucket with a negative count" : undefined;
}
