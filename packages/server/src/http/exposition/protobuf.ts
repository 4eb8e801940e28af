import { type Buckets, customBucketsSchema, type FloatHistogram, metricNameLabel } from "@sightglass/promql";
import { ProtobufWriter } from "../../query/trace-protobuf-writer.ts";
import { escapeName, type EscapingScheme } from "./escape-name.ts";
import type { ExposedFamily, ExposedSample } from "./family.ts";

/** io.prometheus.client.MetricType */
const types = { counter: 0, gauge: 1, untyped: 3, histogram: 4, gaugehistogram: 5 } as const;
/** Where io.prometheus.client.Metric holds the value. */
const valueFields = { counter: 3, gauge: 2, untyped: 5 } as const;

/** A family as a delimited io.prometheus.client.MetricFamily, the one format that has native histograms. */
export function protobufOf({ name, type, help, samples }: ExposedFamily, escaping: EscapingScheme): Uint8Array {
  const writer = new ProtobufWriter();
  writer.string(1, escapeName(name, escaping));
  writer.string(2, help);
  writer.uint32(3, types[type]);
  for (const sample of samples) writer.message(4, () => writeMetric(writer, sample, { type, escaping }));
  const message = writer.take();
  return Buffer.concat([varint(message.length), message]);
}

function writeMetric(
  writer: ProtobufWriter,
  { labels, value, timeMs }: ExposedSample,
  { type, escaping }: { type: ExposedFamily["type"]; escaping: EscapingScheme },
): void {
  const pairs = [...labels.entries()].filter(([name]) => name !== metricNameLabel);
  // Without it the scraping server would put its own in.
  if (labels.get("instance") === "") pairs.push(["instance", ""]);
  for (const [name, text] of pairs)
    writer.message(1, () => {
      writer.string(1, escapeName(name, escaping));
      writer.string(2, text);
    });
  if (typeof value !== "number") writer.message(7, () => writeHistogram(writer, value));
  else if (type !== "histogram" && type !== "gaugehistogram")
    writer.message(valueFields[type], () => writer.double(1, value));
  writer.int64(6, BigInt(timeMs));
}

function writeHistogram(writer: ProtobufWriter, histogram: FloatHistogram): void {
  writer.double(2, histogram.sum);
  writer.double(4, histogram.count);
  // The format has no custom bounds: they are told as those of a classic histogram.
  if (histogram.schema === customBucketsSchema) {
    writeClassicBuckets(writer, histogram);
    return;
  }
  writer.int64(5, zigzag(histogram.schema));
  writer.double(6, histogram.zeroThreshold);
  writer.double(8, histogram.zeroCount);
  writeSide(writer, histogram.negative, { spans: 9, counts: 11 });
  writeSide(writer, histogram.positive, { spans: 12, counts: 14 });
  // A histogram without any says by an empty span that it is a native one.
  if (histogram.negative.indexes.length + histogram.positive.indexes.length === 0) writer.message(12, () => {});
}

function writeClassicBuckets(writer: ProtobufWriter, { customBounds, positive }: FloatHistogram): void {
  let cumulative = 0;
  for (const [index, bound] of [...customBounds, Infinity].entries()) {
    const at = positive.indexes.indexOf(index);
    cumulative += at === -1 ? 0 : (positive.counts[at] ?? 0);
    writer.message(3, () => {
      writer.double(2, bound);
      writer.double(4, cumulative);
    });
  }
}

function writeSide(
  writer: ProtobufWriter,
  { indexes, counts }: Buckets,
  field: { spans: number; counts: number },
): void {
  let end = 0;
  for (let at = 0; at < indexes.length;) {
    const first = indexes[at] ?? 0;
    let length = 1;
    while (indexes[at + length] === first + length) length++;
    const offset = first - end;
    writer.message(field.spans, () => {
      writer.int64(1, zigzag(offset));
      writer.uint32(2, length);
    });
    end = first + length;
    at += length;
  }
  for (const count of counts) writer.double(field.counts, count);
}

const zigzag = (value: number): bigint => BigInt(value >= 0 ? value * 2 : -value * 2 - 1);

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
