import {
  allBuckets,
  formatSampleValue,
  usesCustomBuckets,
  type FloatHistogram,
  type Labels,
  type QueryResult,
  type ResultData,
  type ResultSeries,
  type VectorSample,
} from "@sightglass/promql";
import { PieceWriter } from "../piece-writer.ts";
import { notesOf } from "./prometheus-envelope.ts";

/** Seconds with milliseconds where there are any. */
export function timeText(timeMs: number): string {
  return String(timeMs / 1000);
}

/** `limit` cuts series off, 0 keeps all. */
export function limited(result: QueryResult, limit: number): QueryResult {
  const { data } = result;
  const found = data.type === "vector" ? data.samples.length : data.type === "matrix" ? data.series.length : 0;
  if (limit === 0 || found <= limit) return result;
  const warnings = [...result.warnings, "results truncated due to limit"];
  if (data.type === "vector") return { ...result, warnings, data: { ...data, samples: data.samples.slice(0, limit) } };
  if (data.type === "matrix") return { ...result, warnings, data: { ...data, series: data.series.slice(0, limit) } };
  return result;
}

/**
 * The answer to a query as JSON, in pieces of bytes.
 * @param stats as they go into the answer, where they were asked for
 */
export async function* resultJson(result: QueryResult, stats?: object): AsyncGenerator<Uint8Array> {
  const { data } = result;
  const writer = new PieceWriter();
  writer.text(`{"status":"success","data":{"resultType":"${data.type}","result":`);
  if (data.type === "scalar") writer.text(`[${timeText(data.timeMs)},"${formatSampleValue(data.value)}"]`);
  else if (data.type === "string") writer.text(`[${timeText(data.timeMs)},${JSON.stringify(data.value)}]`);
  else for (const piece of writeItems(data, writer)) yield piece;
  const notes = JSON.stringify(notesOf(result)).slice(1);
  writer.text(`${stats === undefined ? "" : `,"stats":${JSON.stringify(stats)}`}}${notes === "}" ? "" : ","}${notes}`);
  yield* writer.takeAll();
}

/** @returns the pieces that are ready before the end */
function* writeItems(data: ResultData & { type: "vector" | "matrix" }, writer: PieceWriter): Generator<Uint8Array> {
  const times = new PointBegins();
  let separator = "[";
  for (const item of data.type === "vector" ? data.samples : data.series) {
    writer.text(separator);
    if ("timeMs" in item) writeSample(item, writer);
    else writeSeries(item, times, writer);
    separator = ",";
    if (writer.hasFull) yield* writer.takeFull();
  }
  writer.text(separator === "[" ? "[]" : "]");
}

function writeSample({ labels, timeMs, value, histogram }: VectorSample, writer: PieceWriter): void {
  const metric = metricJson(labels);
  writer.text(
    histogram === undefined
      ? `{"metric":${metric},"value":[${timeText(timeMs)},"${formatSampleValue(value)}"]}`
      : `{"metric":${metric},"histogram":[${timeText(timeMs)},${histogramJson(histogram)}]}`,
  );
}

/** What stands before the value of each point: `"],[TIME,"`. Series without gaps share one array of times. */
class PointBegins {
  #of: Float64Array | undefined;
  bytes: Uint8Array = new Uint8Array();
  ends: Uint32Array = new Uint32Array();

  of(timestampsMs: Float64Array): this {
    if (this.#of === timestampsMs) return this;
    this.#of = timestampsMs;
    this.ends = new Uint32Array(timestampsMs.length);
    let text = "";
    timestampsMs.forEach((timeMs, index) => {
      text += `${index === 0 ? "" : '"],'}[${timeText(timeMs)},"`;
      this.ends[index] = text.length;
    });
    this.bytes = Buffer.from(text, "latin1");
    return this;
  }
}

function writeSeries(series: ResultSeries, times: PointBegins, writer: PieceWriter): void {
  const { labels, timestampsMs, values, histograms } = series;
  writer.text(`{"metric":${metricJson(labels)}`);
  if (histograms === undefined) writeFloats(times.of(timestampsMs), values, writer);
  else writeMixed(series, histograms, writer);
  writer.text("}");
}

function writeFloats({ bytes, ends }: PointBegins, values: Float64Array, writer: PieceWriter): void {
  if (values.length === 0) return;
  writer.text(',"values":[');
  let begin = 0;
  for (let index = 0; index < values.length; index++) {
    const end = ends[index] as number;
    writer.copy(bytes, begin, end);
    writer.number(values[index] as number, formatSampleValue);
    begin = end;
  }
  writer.text('"]]');
}

function writeMixed(
  { timestampsMs, values }: ResultSeries,
  histograms: readonly (FloatHistogram | undefined)[],
  writer: PieceWriter,
): void {
  const floats: string[] = [];
  const natives: string[] = [];
  timestampsMs.forEach((timeMs, index) => {
    const histogram = histograms[index];
    if (histogram === undefined) floats.push(`[${timeText(timeMs)},"${formatSampleValue(values[index] ?? NaN)}"]`);
    else natives.push(`[${timeText(timeMs)},${histogramJson(histogram)}]`);
  });
  if (floats.length > 0) writer.text(`,"values":[${floats.join(",")}]`);
  if (natives.length > 0) writer.text(`,"histograms":[${natives.join(",")}]`);
}

const metricJson = (labels: Labels): string => JSON.stringify(labels.toObject());

/** Which ends of a bucket belong to it: 0 the upper, 1 the lower, 2 none, 3 both. */
function boundaryRule(histogram: FloatHistogram, bucket: { lower: number; upper: number }, isFirst: boolean): number {
  const isZero = bucket.lower === -histogram.zeroThreshold && bucket.upper === histogram.zeroThreshold;
  if (usesCustomBuckets(histogram)) return isFirst && bucket.lower === -Infinity ? 3 : 0;
  if (isZero) return 3;
  const [lower, upper] = [bucket.lower < 0, bucket.upper > 0];
  return upper ? (lower ? 3 : 0) : lower ? 1 : 2;
}

export function histogramJson(histogram: FloatHistogram): string {
  const all = allBuckets(histogram);
  const buckets = all.flatMap((bucket, index) => {
    if (bucket.count === 0) return [];
    const rule = boundaryRule(histogram, bucket, index === 0);
    const [lower, upper, count] = [bucket.lower, bucket.upper, bucket.count].map(formatSampleValue);
    return [`[${rule},"${lower}","${upper}","${count}"]`];
  });
  const list = buckets.length === 0 ? "" : `,"buckets":[${buckets.join(",")}]`;
  return `{"count":"${formatSampleValue(histogram.count)}","sum":"${formatSampleValue(histogram.sum)}"${list}}`;
}
