import {
  customBucketsSchema,
  detectReset,
  usesCustomBuckets,
  type Buckets,
  type CounterResetHint,
  type FloatHistogram,
} from "@sightglass/promql";
import { ByteSource } from "../decode/native/byte-source.ts";
import { ProtobufReader } from "../decode/otlp/protobuf-reader.ts";
import { NativeReader, seriesIdAt } from "./series-source-native.ts";

/** A stored native histogram; undefined marks the end of the series. */
export interface HistogramSample {
  readonly timeMs: number;
  readonly startMs: number;
  readonly histogram: FloatHistogram | undefined;
}

/** Histograms by series, in order of time, from Native blocks of series_id, time, start_time (as Float64), histogram. */
export function readHistograms(bytes: Uint8Array): Map<bigint, HistogramSample[]> {
  const reader = new NativeReader(bytes);
  const series = new Map<bigint, HistogramSample[]>();
  for (let rows = reader.nextBlock(); rows !== undefined; rows = reader.nextBlock()) {
    reader.column();
    const ids = reader.words(rows);
    reader.column();
    const timesMs = reader.floats(rows);
    reader.column();
    const startsMs = reader.floats(rows);
    reader.column();
    for (let row = 0; row < rows; row++) {
      const histogram = decodeHistogram(reader.stringBytes());
      const sample = { timeMs: timesMs[row] ?? 0, startMs: startsMs[row] ?? 0, histogram };
      const id = seriesIdAt(ids, row);
      const known = series.get(id);
      if (known === undefined) series.set(id, [sample]);
      else if (known.at(-1)?.timeMs !== sample.timeMs) known.push(sample);
    }
  }
  for (const samples of series.values()) hintResets(samples);
  return series;
}

/**
 * Whoever compares samples as they come knows, but for the first of a run, that the counter was not reset: Prometheus'
 * storage says so with each histogram, and some warnings depend on it.
 */
function hintResets(samples: HistogramSample[]): void {
  let previous: FloatHistogram | undefined;
  samples.forEach((sample, index) => {
    const { histogram } = sample;
    const before = previous;
    previous = histogram;
    if (histogram === undefined || histogram.hint === "gauge") return;
    const hint: CounterResetHint = before !== undefined && continues(histogram, before) ? "not_reset" : "unknown";
    samples[index] = { ...sample, histogram: { ...histogram, hint } };
  });
}

function continues(current: FloatHistogram, previous: FloatHistogram): boolean {
  const sameBounds =
    !usesCustomBuckets(current) ||
    (current.customBounds.length === previous.customBounds.length &&
      current.customBounds.every((bound, index) => bound === previous.customBounds[index]));
  return (
    previous.hint !== "gauge" &&
    current.hint !== "reset" &&
    current.schema === previous.schema &&
    current.zeroThreshold === previous.zeroThreshold &&
    sameBounds &&
    !detectReset({ ...current, hint: "unknown" }, previous)
  );
}

const hints: readonly CounterResetHint[] = ["unknown", "reset", "not_reset", "gauge"];

/** Fields of io.prometheus.write.v2.Histogram, read as they come. */
interface Fields {
  count: number;
  sum: number;
  isStale: boolean;
  schema: number;
  zeroThreshold: number;
  zeroCount: number;
  negative: Side;
  positive: Side;
  hint: number;
  customValues: number[];
}

interface Side {
  spans: { offset: number; length: number }[];
  deltas: number[];
  counts: number[];
}

/**
 * `io.prometheus.write.v2.Histogram` (remote write 2.0 specification) in the form of the query engine, whose counts are
 * floats. @returns undefined for a staleness marker, which is a histogram whose sum is one
 */
export function decodeHistogram(bytes: Uint8Array): FloatHistogram | undefined {
  const fields = readFields(new ProtobufReader(new ByteSource(bytes)));
  if (fields.isStale) return undefined;
  const isCustom = fields.schema === customBucketsSchema;
  return {
    schema: fields.schema,
    count: fields.count,
    sum: fields.sum,
    zeroThreshold: fields.zeroThreshold,
    zeroCount: fields.zeroCount,
    positive: bucketsOf(fields.positive),
    negative: isCustom ? { indexes: [], counts: [] } : bucketsOf(fields.negative),
    customBounds: fields.customValues,
    hint: hints[fields.hint] ?? "unknown",
  };
}

function bucketsOf({ spans, deltas, counts }: Side): Buckets {
  const indexes: number[] = [];
  let index = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let bucket = 0; bucket < length; bucket++) indexes.push(index++);
  }
  let total = 0;
  const absolute = counts.length > 0 ? counts : deltas.map((delta) => (total += delta));
  return { indexes: indexes.slice(0, absolute.length), counts: absolute.slice(0, indexes.length) };
}

function readFields(reader: ProtobufReader): Fields {
  const side = (): Side => ({ spans: [], deltas: [], counts: [] });
  const fields: Fields = {
    count: 0,
    sum: 0,
    isStale: false,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    negative: side(),
    positive: side(),
    hint: 0,
    customValues: [],
  };
  while (reader.position < reader.limit) readField(reader, reader.tag(), fields);
  return fields;
}

function readField(reader: ProtobufReader, tag: number, fields: Fields): void {
  switch (tag >>> 3) {
    case 1:
      fields.count = unsigned(reader);
      return;
    case 2:
      fields.count = double(reader);
      return;
    case 3:
      fields.sum = double(reader);
      fields.isStale = reader.low === 2 && reader.high === 0x7ff00000;
      return;
    case 4:
      fields.schema = zigzag(reader);
      return;
    case 5:
      fields.zeroThreshold = double(reader);
      return;
    case 6:
      fields.zeroCount = unsigned(reader);
      return;
    case 7:
      fields.zeroCount = double(reader);
      return;
    case 8:
    case 11:
      readSpan(reader, (tag >>> 3 === 8 ? fields.negative : fields.positive).spans);
      return;
    case 9:
    case 12:
      repeated(reader, tag, zigzag, (tag >>> 3 === 9 ? fields.negative : fields.positive).deltas);
      return;
    case 10:
    case 13:
      repeated(reader, tag, double, (tag >>> 3 === 10 ? fields.negative : fields.positive).counts);
      return;
    case 14:
      fields.hint = reader.varint32();
      return;
    case 16:
      repeated(reader, tag, double, fields.customValues);
      return;
    default:
      reader.skip(tag);
  }
}

function readSpan(reader: ProtobufReader, spans: Side["spans"]): void {
  const end = reader.end();
  const outer = reader.limit;
  reader.limit = end;
  const span = { offset: 0, length: 0 };
  while (reader.position < end) {
    const tag = reader.tag();
    if (tag >>> 3 === 1) span.offset = zigzag(reader);
    else if (tag >>> 3 === 2) span.length = reader.varint32();
    else reader.skip(tag);
  }
  reader.limit = outer;
  spans.push(span);
}

/** Packed, as proto3 writes it, or one by one. */
function repeated(reader: ProtobufReader, tag: number, read: (reader: ProtobufReader) => number, into: number[]): void {
  if ((tag & 7) !== 2) {
    into.push(read(reader));
    return;
  }
  const end = reader.end();
  while (reader.position < end) into.push(read(reader));
}

function unsigned(reader: ProtobufReader): number {
  reader.varint64();
  return reader.high * 2 ** 32 + reader.low;
}

function zigzag(reader: ProtobufReader): number {
  reader.varint64();
  const isNegative = (reader.low & 1) === 1;
  const half = reader.high * 2 ** 31 + Math.floor(reader.low / 2);
  return isNegative ? -half - 1 : half;
}

const scratch = new DataView(new ArrayBuffer(8));

function double(reader: ProtobufReader): number {
  reader.fixed64();
  scratch.setUint32(0, reader.low, true);
  scratch.setUint32(4, reader.high, true);
  return scratch.getFloat64(0, true);
}
