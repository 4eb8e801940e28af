import { isUtf8 } from "node:buffer";
import { type ProtobufReader, wireBytes, wireFixed64, wireVarint } from "../otlp/protobuf-reader.ts";
import type { ExposedExemplar, ExposedLabel } from "./exposition.ts";

/** Messages of io.prometheus.client (client_model, metrics.proto), read as they are. */

/** MetricType. */
export const familyTypes = ["counter", "gauge", "summary", "unknown", "histogram", "gaugehistogram"] as const;

export interface FamilyMessage {
  name: string;
  help: string;
  unit: string;
  type: (typeof familyTypes)[number];
  metrics: MetricMessage[];
}

export interface MetricMessage {
  labels: ExposedLabel[];
  timestampMs: number | undefined;
  startTimeMs: number | undefined;
  /** Of gauges, counters and untyped metrics. */
  value: number;
  exemplars: ExposedExemplar[];
  summary: SummaryMessage | undefined;
  histogram: HistogramMessage | undefined;
}

export interface SummaryMessage {
  count: number;
  sum: number;
  quantiles: { quantile: number; value: number }[];
}

export interface HistogramMessage extends SpannedBuckets {
  count: number;
  /** Set by histograms whose counts are not whole numbers. */
  countFloat: number | undefined;
  sum: number;
  buckets: { count: number; upperBound: number; exemplar: ExposedExemplar | undefined }[];
  schema: number;
  zeroThreshold: number;
  zeroCount: number;
  zeroCountFloat: number | undefined;
}

export interface SpannedBuckets {
  negativeSpans: Uint8Array[];
  negativeDeltas: number[];
  negativeCounts: number[];
  positiveSpans: Uint8Array[];
  positiveDeltas: number[];
  positiveCounts: number[];
}

const tagOf = (field: number, wire: number) => field * 8 + wire;

/** Calls `read` with the tag of each field up to the reader's limit; what it does not take is stepped over. */
function eachField(reader: ProtobufReader, read: (tag: number) => boolean): void {
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (!read(tag)) reader.skip(tag);
  }
}

/** Reads the message that is the field's value. */
function within<Message>(reader: ProtobufReader, read: (reader: ProtobufReader) => Message): Message {
  const outer = reader.limit;
  reader.limit = reader.end();
  const message = read(reader);
  reader.limit = outer;
  return message;
}

function text(reader: ProtobufReader): string {
  const end = reader.end();
  const bytes = reader.source.bytes.subarray(reader.position, end);
  if (!isUtf8(bytes)) reader.fail("a text is not UTF-8");
  reader.position = end;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function double(reader: ProtobufReader): number {
  reader.fixed64();
  return reader.source.view.getFloat64(reader.position - 8, true);
}

function unsigned(reader: ProtobufReader): number {
  reader.varint64();
  return reader.high * 2 ** 32 + reader.low;
}

function signed(reader: ProtobufReader): number {
  reader.varint64();
  return (reader.high | 0) * 2 ** 32 + reader.low;
}

function zigzag(reader: ProtobufReader): number {
  const value = unsigned(reader);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** A repeated number, packed or not. */
function numbers(reader: ProtobufReader, isPacked: boolean, read: typeof zigzag, to: number[]): true {
  if (!isPacked) to.push(read(reader));
  else {
    within(reader, () => {
      while (reader.position < reader.limit) to.push(read(reader));
    });
  }
  return true;
}

export function readFamily(reader: ProtobufReader): FamilyMessage {
  const family: FamilyMessage = { name: "", help: "", unit: "", type: "counter", metrics: [] };
  eachField(reader, (tag) => {
    if (tag === tagOf(1, wireBytes)) family.name = text(reader);
    else if (tag === tagOf(2, wireBytes)) family.help = text(reader);
    else if (tag === tagOf(3, wireVarint)) {
      const type = reader.varint32();
      family.type = familyTypes[type] ?? reader.fail(`metric type ${type} is not known`);
    } else if (tag === tagOf(4, wireBytes)) family.metrics.push(within(reader, readMetric));
    else if (tag === tagOf(5, wireBytes)) family.unit = text(reader);
    else return false;
    return true;
  });
  return family;
}

function readMetric(reader: ProtobufReader): MetricMessage {
  const metric: MetricMessage = {
    labels: [],
    timestampMs: undefined,
    startTimeMs: undefined,
    value: 0,
    exemplars: [],
    summary: undefined,
    histogram: undefined,
  };
  eachField(reader, (tag) => {
    if (tag === tagOf(1, wireBytes)) metric.labels.push(within(reader, readLabel));
    else if ([2, 3, 5].some((field) => tag === tagOf(field, wireBytes))) within(reader, (it) => readValue(it, metric));
    else if (tag === tagOf(4, wireBytes)) metric.summary = within(reader, (it) => readSummary(it, metric));
    else if (tag === tagOf(6, wireVarint)) metric.timestampMs = signed(reader);
    else if (tag === tagOf(7, wireBytes)) metric.histogram = within(reader, (it) => readHistogram(it, metric));
    else return false;
    return true;
  });
  return metric;
}

function readLabel(reader: ProtobufReader): ExposedLabel {
  let name = "";
  let value = "";
  eachField(reader, (tag) => {
    if (tag === tagOf(1, wireBytes)) name = text(reader);
    else if (tag === tagOf(2, wireBytes)) value = text(reader);
    else return false;
    return true;
  });
  return [name, value];
}

/** Gauge, Counter and Untyped: the value, and what only a counter has. */
function readValue(reader: ProtobufReader, metric: MetricMessage): void {
  eachField(reader, (tag) => {
    if (tag === tagOf(1, wireFixed64)) metric.value = double(reader);
    else if (tag === tagOf(2, wireBytes)) metric.exemplars.push(within(reader, readExemplar));
    else if (tag === tagOf(3, wireBytes)) metric.startTimeMs = within(reader, readTimestamp);
    else return false;
    return true;
  });
}

function readSummary(reader: ProtobufReader, metric: MetricMessage): SummaryMessage {
  const summary: SummaryMessage = { count: 0, sum: 0, quantiles: [] };
  eachField(reader, (tag) => {
    if (tag === tagOf(1, wireVarint)) summary.count = unsigned(reader);
    else if (tag === tagOf(2, wireFixed64)) summary.sum = double(reader);
    else if (tag === tagOf(3, wireBytes)) {
      const [quantile, value] = within(reader, readDoubles);
      summary.quantiles.push({ quantile, value });
    } else if (tag === tagOf(4, wireBytes)) metric.startTimeMs = within(reader, readTimestamp);
    else return false;
    return true;
  });
  return summary;
}

/** The doubles of fields 1 and 2. */
function readDoubles(reader: ProtobufReader): [number, number] {
  const values: [number, number] = [0, 0];
  eachField(reader, (tag) => {
    if (tag !== tagOf(1, wireFixed64) && tag !== tagOf(2, wireFixed64)) return false;
    values[(tag >>> 3) - 1] = double(reader);
    return true;
  });
  return values;
}

function readHistogram(reader: ProtobufReader, metric: MetricMessage): HistogramMessage {
  const histogram: HistogramMessage = {
    count: 0,
    countFloat: undefined,
    sum: 0,
    buckets: [],
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    zeroCountFloat: undefined,
    negativeSpans: [],
    negativeDeltas: [],
    negativeCounts: [],
    positiveSpans: [],
    positiveDeltas: [],
    positiveCounts: [],
  };
  eachField(reader, (tag) => {
    if (tag === tagOf(1, wireVarint)) histogram.count = unsigned(reader);
    else if (tag === tagOf(2, wireFixed64)) histogram.sum = double(reader);
    else if (tag === tagOf(3, wireBytes)) histogram.buckets.push(within(reader, readBucket));
    else if (tag === tagOf(4, wireFixed64)) histogram.countFloat = double(reader);
    else if (tag === tagOf(5, wireVarint)) histogram.schema = zigzag(reader);
    else if (tag === tagOf(6, wireFixed64)) histogram.zeroThreshold = double(reader);
    else if (tag === tagOf(7, wireVarint)) histogram.zeroCount = unsigned(reader);
    else if (tag === tagOf(8, wireFixed64)) histogram.zeroCountFloat = double(reader);
    else if (tag === tagOf(15, wireBytes)) metric.startTimeMs = within(reader, readTimestamp);
    else if (tag === tagOf(16, wireBytes)) metric.exemplars.push(within(reader, readExemplar));
    else return readSpanned(reader, tag, histogram);
    return true;
  });
  return histogram;
}

function readSpanned(reader: ProtobufReader, tag: number, to: SpannedBuckets): boolean {
  const wire = tag & 7;
  const isPacked = wire === wireBytes;
  if (isPacked && (tag >>> 3 === 9 || tag >>> 3 === 12)) {
    (tag >>> 3 === 9 ? to.negativeSpans : to.positiveSpans).push(spanBytes(reader));
    return true;
  }
  if (isPacked || wire === wireVarint) {
    if (tag >>> 3 === 10) return numbers(reader, isPacked, zigzag, to.negativeDeltas);
    if (tag >>> 3 === 13) return numbers(reader, isPacked, zigzag, to.positiveDeltas);
  }
  if (isPacked || wire === wireFixed64) {
    if (tag >>> 3 === 11) return numbers(reader, isPacked, double, to.negativeCounts);
    if (tag >>> 3 === 14) return numbers(reader, isPacked, double, to.positiveCounts);
  }
  return false;
}

/**
 * A BucketSpan { sint32 offset = 1; uint32 length = 2 } as bytes: io.prometheus.write.v2 has it in the same form. Its
 * fields are stepped through, so that a broken one is refused here.
 */
function spanBytes(reader: ProtobufReader): Uint8Array {
  return within(reader, () => {
    const start = reader.position;
    eachField(reader, () => false);
    return reader.source.bytes.subarray(start, reader.position);
  });
}

function readBucket(reader: ProtobufReader): HistogramMessage["buckets"][number] {
  const bucket: HistogramMessage["buckets"][number] = { count: 0, upperBound: 0, exemplar: undefined };
  eachField(reader, (tag) => {
    if (tag === tagOf(1, wireVarint)) bucket.count = unsigned(reader);
    else if (tag === tagOf(2, wireFixed64)) bucket.upperBound = double(reader);
    else if (tag === tagOf(3, wireBytes)) bucket.exemplar = within(reader, readExemplar);
    else if (tag === tagOf(4, wireFixed64)) bucket.count = double(reader);
    else return false;
    return true;
  });
  return bucket;
}

function readExemplar(reader: ProtobufReader): ExposedExemplar {
  const labels: ExposedLabel[] = [];
  let value = 0;
  let timestampMs: number | undefined;
  eachField(reader, (tag) => {
    if (tag === tagOf(1, wireBytes)) labels.push(within(reader, readLabel));
    else if (tag === tagOf(2, wireFixed64)) value = double(reader);
    else if (tag === tagOf(3, wireBytes)) timestampMs = within(reader, readTimestamp);
    else return false;
    return true;
  });
  return { labels, value, timestampMs };
}

/** google.protobuf.Timestamp, in milliseconds. */
function readTimestamp(reader: ProtobufReader): number {
  let seconds = 0;
  let nanoseconds = 0;
  eachField(reader, (tag) => {
    if (tag === tagOf(1, wireVarint)) seconds = signed(reader);
    else if (tag === tagOf(2, wireVarint)) nanoseconds = signed(reader);
    else return false;
    return true;
  });
  return Math.round(seconds * 1000 + nanoseconds / 1e6);
}
