import {
  allBuckets,
  formatSampleValue,
  usesCustomBuckets,
  type FloatHistogram,
  type QueryResult,
  type ResultData,
  type ResultSeries,
  type VectorSample,
} from "@sightglass/promql";
import { notesOf } from "./prometheus-envelope.ts";

/** Pieces are joined until they are about this long. */
const pieceLengthMin = 64 * 1024;

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
 * The answer to a query as JSON, in pieces: a matrix of thousands of series is never one string.
 * @param stats as they go into the answer, where they were asked for
 */
export async function* resultJson(result: QueryResult, stats?: object): AsyncGenerator<string> {
  const { data } = result;
  const type = data.type === "matrix" || data.type === "vector" || data.type === "scalar" ? data.type : "string";
  let piece = `{"status":"success","data":{"resultType":"${type}","result":`;
  for (const part of parts(data)) {
    piece += part;
    if (piece.length < pieceLengthMin) continue;
    yield piece;
    piece = "";
  }
  const notes = JSON.stringify(notesOf(result)).slice(1);
  yield `${piece}${stats === undefined ? "" : `,"stats":${JSON.stringify(stats)}`}}${notes === "}" ? "" : ","}${notes}`;
}

function* parts(data: ResultData): Generator<string> {
  if (data.type === "scalar") yield `[${timeText(data.timeMs)},"${formatSampleValue(data.value)}"]`;
  else if (data.type === "string") yield `[${timeText(data.timeMs)},${JSON.stringify(data.value)}]`;
  else {
    yield "[";
    let separator = "";
    const times = new TimeTexts();
    for (const item of data.type === "vector" ? data.samples : data.series) {
      yield separator + ("timeMs" in item ? vectorSample(item) : matrixSeries(item, times));
      separator = ",";
    }
    yield "]";
  }
}

function vectorSample({ labels, timeMs, value, histogram }: VectorSample): string {
  const metric = JSON.stringify(labels.toObject());
  return histogram === undefined
    ? `{"metric":${metric},"value":[${timeText(timeMs)},"${formatSampleValue(value)}"]}`
    : `{"metric":${metric},"histogram":[${timeText(timeMs)},${histogramJson(histogram)}]}`;
}

/** Series without gaps share one array of times, whose text is made once. */
class TimeTexts {
  #of: Float64Array | undefined;
  #texts: string[] = [];

  get(timestampsMs: Float64Array): string[] {
    if (this.#of !== timestampsMs) {
      this.#of = timestampsMs;
      this.#texts = Array.from(timestampsMs, timeText);
    }
    return this.#texts;
  }
}

function matrixSeries({ labels, timestampsMs, values, histograms }: ResultSeries, texts: TimeTexts): string {
  const times = texts.get(timestampsMs);
  let [floats, natives] = ["", ""];
  for (let index = 0; index < values.length; index++) {
    const histogram = histograms?.[index];
    if (histogram === undefined)
      floats += `${floats === "" ? "" : ","}[${times[index]},"${formatSampleValue(values[index] ?? NaN)}"]`;
    else natives += `${natives === "" ? "" : ","}[${times[index]},${histogramJson(histogram)}]`;
  }
  const parts = [`"metric":${JSON.stringify(labels.toObject())}`];
  if (floats !== "") parts.push(`"values":[${floats}]`);
  if (natives !== "") parts.push(`"histograms":[${natives}]`);
  return `{${parts.join(",")}}`;
}

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
