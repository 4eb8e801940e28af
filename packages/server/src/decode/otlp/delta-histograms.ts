import { limits } from "../../model/limits.ts";
import type { SeriesId } from "../metrics/series-id.ts";
import { type BucketSpan, customBucketsSchema, type Histogram } from "../prometheus/histogram.ts";
import { addCustom } from "./custom-histogram.ts";
import { scaleMin } from "./exponential-histogram.ts";
import type { Buckets, ExponentialPoint, HistogramPoint, NativePoint } from "./metric-messages.ts";

/** What a sum may span before its resolution is halved: the SDKs' own limit of a histogram. */
const bucketsMax = 160;
/** The finest that Prometheus has. */
const scaleMax = 8;

/**
 * Adds exponential histograms of delta temporality up, as DeltaSums does with numbers. Histograms of different scales are
 * brought to the coarser one, which is exact (OpenTelemetry metrics data model, "ExponentialHistogram: Scale"); those with custom
 * buckets to the bounds that they share.
 */
export class DeltaHistograms {
  private readonly sums = new Map<string, NativePoint>();

  /** Takes over the last sample of a series from the store. */
  recover(id: SeriesId, last: Histogram): void {
    this.sums.set(id.toString(), last.schema === customBucketsSchema ? customPoint(last) : exponentialPoint(last));
  }

  /**
   * @param delta undefined to have the sum as it is, without a new time
   * @returns the sum so far; undefined when there are too many series, or the sum would be coarser than Prometheus has
   */
  add(
    id: SeriesId,
    delta: NativePoint | undefined,
    { timeMs, startMs }: { timeMs: number; startMs: number },
  ): NativePoint | undefined {
    const key = id.toString();
    const before = this.sums.get(key);
    if (before === undefined && this.sums.size >= limits.summedSeriesMax.value) return undefined;
    const beforeMs = before?.timeUnixNano ?? 0;
    const whole = addPoints(before, delta);
    if (!isCustom(whole) && (whole.scale ?? 0) < scaleMin) return undefined;
    const began = startMs > 0 && startMs < timeMs ? startMs : timeMs - 1;
    const sum = {
      ...whole,
      // A series has one value for a time: what overlaps, or comes late, follows a millisecond after.
      timeUnixNano: Math.max(timeMs, delta === undefined ? beforeMs : beforeMs + 1),
      startTimeUnixNano: before?.startTimeUnixNano ?? began,
    };
    this.sums.set(key, sum);
    return sum;
  }
}

const isCustom = (point: NativePoint): point is HistogramPoint => "explicitBounds" in point;

/** One that changes its kind begins anew. */
function addPoints(before: NativePoint | undefined, delta: NativePoint | undefined): NativePoint {
  if (delta === undefined) return before ?? {};
  if (isCustom(delta)) return before !== undefined && isCustom(before) ? addCustom(before, delta) : delta;
  return addHistograms(before === undefined || isCustom(before) ? {} : before, delta);
}

function addHistograms(a: ExponentialPoint, b: ExponentialPoint): ExponentialPoint {
  const zeroThreshold = Math.max(a.zeroThreshold ?? 0, b.zeroThreshold ?? 0);
  const [left, right] = [a, b].map((point) => aboveZero(point, zeroThreshold)) as [ExponentialPoint, ExponentialPoint];
  const scale = commonScale(left, right);
  return {
    scale,
    zeroThreshold,
    count: (a.count ?? 0) + (b.count ?? 0),
    sum: (a.sum ?? 0) + (b.sum ?? 0),
    zeroCount: (left.zeroCount ?? 0) + (right.zeroCount ?? 0),
    positive: addBuckets(atScale(left.positive, left, scale), atScale(right.positive, right, scale)),
    negative: addBuckets(atScale(left.negative, left, scale), atScale(right.negative, right, scale)),
  };
}

/** The finest scale at which both sides of the sum fit. */
function commonScale(a: ExponentialPoint, b: ExponentialPoint): number {
  const used = [a, b].filter(({ positive, negative }) => !isEmpty(positive) || !isEmpty(negative));
  let scale = Math.min(scaleMax, ...used.map((point) => point.scale ?? 0));
  const isTooWide = (side: "positive" | "negative") => {
    const ranges = used.filter((point) => !isEmpty(point[side])).map((point) => atScale(point[side], point, scale));
    const low = Math.min(...ranges.map(({ offset = 0 }) => offset));
    const high = Math.max(...ranges.map(({ offset = 0, bucketCounts = [] }) => offset + bucketCounts.length));
    return high - low > bucketsMax;
  };
  while (isTooWide("positive") || isTooWide("negative")) scale--;
  return scale;
}

const isEmpty = ({ bucketCounts = [] }: Buckets = {}) => bucketCounts.length === 0;

/** 2^shift buckets become one. */
function atScale(buckets: Buckets = {}, { scale = 0 }: ExponentialPoint, to: number): Buckets {
  const { offset = 0, bucketCounts = [] } = buckets;
  const width = 2 ** (scale - to);
  if (width <= 1 || bucketCounts.length === 0) return { offset, bucketCounts };
  const first = Math.floor(offset / width);
  const counts = Array.from<number>({ length: Math.floor((offset + bucketCounts.length - 1) / width) - first + 1 });
  counts.fill(0);
  for (const [at, count] of bucketCounts.entries()) counts[Math.floor((offset + at) / width) - first]! += count;
  return { offset: first, bucketCounts: counts };
}

function addBuckets(a: Buckets, b: Buckets): Buckets {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  const [{ offset: left = 0, bucketCounts: lefts = [] }, { offset: right = 0, bucketCounts: rights = [] }] = [a, b];
  const offset = Math.min(left, right);
  const end = Math.max(left + lefts.length, right + rights.length);
  const bucketCounts = Array.from(
    { length: end - offset },
    (_unused, at) => (lefts[offset + at - left] ?? 0) + (rights[offset + at - right] ?? 0),
  );
  return { offset, bucketCounts };
}

/** Buckets that lie within the zero bucket of the sum count there. */
function aboveZero(point: ExponentialPoint, zeroThreshold: number): ExponentialPoint {
  if (zeroThreshold === (point.zeroThreshold ?? 0)) return point;
  const scale = point.scale ?? 0;
  let { zeroCount = 0 } = point;
  const cut = ({ offset = 0, bucketCounts = [] }: Buckets = {}): Buckets => {
    const kept = bucketCounts.findIndex((_count, at) => 2 ** ((offset + at + 1) / 2 ** scale) > zeroThreshold);
    const first = kept === -1 ? bucketCounts.length : kept;
    zeroCount += bucketCounts.slice(0, first).reduce((sum, count) => sum + count, 0);
    return { offset: offset + first, bucketCounts: bucketCounts.slice(first) };
  };
  const [positive, negative] = [cut(point.positive), cut(point.negative)];
  return { ...point, positive, negative, zeroCount };
}

/** A stored histogram as OTLP has it: the reverse of `customHistogram` (custom-histogram.ts). */
function customPoint(histogram: Histogram): HistogramPoint {
  const { count, sum, customValues: explicitBounds, timestampMs, startTimestampMs } = histogram;
  const bucketCounts = Array.from<number>({ length: explicitBounds.length + 1 }).fill(0);
  let [bucket, at] = [0, 0];
  for (const { offset, length } of histogram.positiveSpans) {
    bucket += offset;
    for (let left = length; left > 0; left--) bucketCounts[bucket++] = histogram.positiveCounts[at++] ?? 0;
  }
  return { explicitBounds, bucketCounts, count, sum, timeUnixNano: timestampMs, startTimeUnixNano: startTimestampMs };
}

/** A stored histogram as OTLP has it: the reverse of `nativeHistogram` (exponential-histogram.ts). */
function exponentialPoint(histogram: Histogram): ExponentialPoint {
  const { schema, count, sum, zeroCount, zeroThreshold, timestampMs, startTimestampMs } = histogram;
  return {
    scale: schema,
    count,
    sum,
    zeroCount,
    zeroThreshold,
    positive: dense(histogram.positiveSpans, histogram.positiveCounts),
    negative: dense(histogram.negativeSpans, histogram.negativeCounts),
    timeUnixNano: timestampMs,
    startTimeUnixNano: startTimestampMs,
  };
}

function dense(spans: readonly BucketSpan[], counts: readonly number[]): Buckets {
  const bucketCounts: number[] = [];
  let at = 0;
  for (const [index, { offset, length }] of spans.entries()) {
    if (index > 0) for (let gap = 0; gap < offset; gap++) bucketCounts.push(0);
    for (let bucket = 0; bucket < length; bucket++) bucketCounts.push(counts[at++] ?? 0);
  }
  return { offset: (spans[0]?.offset ?? 1) - 1, bucketCounts };
}
