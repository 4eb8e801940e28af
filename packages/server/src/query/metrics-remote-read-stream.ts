import type { RawSeries } from "@sightglass/promql";
import { crc32c } from "./metrics-crc32c.ts";
import { xorChunk } from "./metrics-xor-chunk.ts";
import { ProtobufWriter } from "./trace-protobuf-writer.ts";

/** As in Prometheus' own blocks. */
const samplesPerChunk = 120;
const xorEncoding = 1;
/** Prometheus' default for `--storage.remote.read-max-bytes-in-frame`. */
const frameBytesMax = 1_048_576;

/**
 * Frames of `ChunkedReadResponse` (prompb/remote.proto): the length as a varint, the CRC-32C, the message. A series that does
 * not fit into a frame goes on in the next. Native histograms are not in this form of the answer: `hasHistograms` tells.
 */
export async function* chunkedReadResponse(results: readonly (readonly RawSeries[])[]): AsyncGenerator<Uint8Array> {
  let query = 0;
  for (const series of results) {
    for (const each of series) yield* framesOf(floatsOf(each), query);
    query++;
  }
}

/** Whether an answer needs the form that has native histograms. */
export const hasHistograms = (results: readonly (readonly RawSeries[])[]): boolean =>
  results.some((series) => series.some(({ histograms }) => histograms !== undefined));

function* framesOf(series: RawSeries, query: number): Generator<Uint8Array> {
  const { timestampsMs, values } = series;
  let at = 0;
  while (at < timestampsMs.length) {
    const writer = new ProtobufWriter();
    let bytes = 0;
    writer.message(1, () => {
      for (const [name, value] of series.labels.entries())
        writer.message(1, () => {
          writer.string(1, name);
          writer.string(2, value);
        });
      while (at < timestampsMs.length && bytes < frameBytesMax) {
        const to = Math.min(timestampsMs.length, at + samplesPerChunk);
        const chunk = xorChunk(timestampsMs, values, at, to);
        bytes += chunk.length;
        const [firstMs, lastMs] = [timestampsMs[at] ?? 0, timestampsMs[to - 1] ?? 0];
        writer.message(2, () => {
          writer.int64(1, BigInt(firstMs));
          writer.int64(2, BigInt(lastMs));
          writer.uint32(3, xorEncoding);
          writer.bytes(4, chunk);
        });
        at = to;
      }
    });
    if (query > 0) writer.int64(2, BigInt(query));
    yield frame(writer.take());
  }
}

function frame(message: Uint8Array): Uint8Array {
  const head: number[] = [];
  let rest = message.length;
  for (; rest >= 0x80; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  const crc = crc32c(message);
  head.push(rest, crc >>> 24, (crc >>> 16) & 0xff, (crc >>> 8) & 0xff, crc & 0xff);
  return Buffer.concat([Uint8Array.from(head), message]);
}

function floatsOf(series: RawSeries): RawSeries {
  const { histograms, labels, timestampsMs, values } = series;
  if (histograms === undefined) return series;
  const kept = [...timestampsMs.keys()].filter((index) => histograms[index] === undefined);
  const floats = new Float64Array(kept.length);
  // Whole elements, so that a staleness marker keeps its bits.
  kept.forEach((index, at) => floats.set(values.subarray(index, index + 1), at));
  return { labels, timestampsMs: Float64Array.from(kept, (index) => timestampsMs[index] ?? 0), values: floats };
}
