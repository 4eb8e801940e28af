import { protobufMessage, zigzag } from "../prometheus/protobuf-message.ts";
import type { Buckets, ExponentialPoint, Point } from "./metric-messages.ts";

/** Prometheus' limits of the schema. */
export const scaleMin = -4;
const scaleMax = 8;
/** What Prometheus assumes where the sender says nothing. */
const zeroThresholdDefault = 1e-128;
/** Empty buckets up to this many in a row are written out rather than begin a span. */
const gapMax = 2;
const staleBits = Buffer.from([2, 0, 0, 0, 0, 0, 0xf0, 0x7f]);

/**
 * An exponential histogram as io.prometheus.write.v2.Histogram. OTLP's bucket i lies above base^i, Prometheus' below, so
 * indexes are one higher here; a scale above 8 is halved in resolution until it fits.
 * @returns undefined when the scale is below -4
 */
export function nativeHistogram(point: ExponentialPoint, { isStale }: { isStale: boolean }): Buffer | undefined {
  const { timeUnixNano = 0, startTimeUnixNano = 0 } = point;
  if (isStale) return staleHistogram(point);
  const { scale = 0, count = 0, sum = 0, zeroCount = 0, zeroThreshold = 0 } = point;
  if (scale < scaleMin) return undefined;
  const shift = Math.max(0, scale - scaleMax);
  const positive = bucketSpans(merged(point.positive, shift));
  const negative = bucketSpans(merged(point.negative, shift));
  return protobufMessage({
    1: BigInt(count),
    3: sum,
    4: zigzag(scale - shift),
    5: zeroThreshold === 0 ? zeroThresholdDefault : zeroThreshold,
    6: BigInt(zeroCount),
    8: negative.spans,
    9: negative.deltas,
    11: positive.spans,
    12: positive.deltas,
    15: BigInt(timeUnixNano),
    17: BigInt(startTimeUnixNano),
  });
}

/** The staleness marker of a native histogram. */
export function staleHistogram({ timeUnixNano = 0, startTimeUnixNano = 0 }: Point): Buffer {
  return protobufMessage({ 3: { fixed64: staleBits }, 15: BigInt(timeUnixNano), 17: BigInt(startTimeUnixNano) });
}

/** Counts by index, in rising order, as spans of consecutive ones, and the difference of each count to the one before. */
function bucketSpans(counts: ReadonlyMap<number, number>): { spans: Buffer[]; deltas: bigint[] } {
  const spans: { offset: number; length: number }[] = [];
  const deltas: bigint[] = [];
  let end: number | undefined;
  let before = 0n;
  const push = (count: number) => {
    deltas.push(zigzag(BigInt(count) - before));
    before = BigInt(count);
  };
  for (const [index, count] of counts) {
    const gap = end === undefined ? index : index - end;
    const last = spans.at(-1);
    if (last === undefined || gap > gapMax) spans.push({ offset: gap, length: 1 });
    else {
      for (let i = 0; i < gap; i++) push(0);
      last.length += gap + 1;
    }
    push(count);
    end = index + 1;
  }
  return {
    spans: spans.map(({ offset, length }) => protobufMessage({ 1: zigzag(offset), 2: BigInt(length) })),
    deltas,
  };
}

/** Counts that are not 0 by Prometheus' index, 2^shift of the original buckets in one. */
function merged({ offset = 0, bucketCounts = [] }: Buckets = {}, shift: number): Map<number, number> {
  const counts = new Map<number, number>();
  bucketCounts.forEach((count, i) => {
    if (count === 0) return;
    const index = Math.floor((offset + i) / 2 ** shift) + 1;
    counts.set(index, (counts.get(index) ?? 0) + count);
  });
  return counts;
}
