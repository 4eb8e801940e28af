import { SightglassError } from "../../model/errors.ts";
import { ByteSource } from "../native/byte-source.ts";
import { deltas, doubles, encodeSpans, indexesOf, spansOf } from "./bucket-spans.ts";
import { type BucketSpan, customBucketsSchema, type Histogram, histogramFault, readHistogram } from "./histogram.ts";
import { protobufMessage, zigzag } from "./protobuf-message.ts";

/** The resolutions that are kept: of exponential buckets, base 2^(2^-schema) (Prometheus, native histograms, "Schema"). */
export const schemaMin = -4;
export const schemaMax = 8;

/** What a native histogram may be; a finer one is made coarser. */
export interface ResolutionLimits {
  readonly schemaMax: number;
  /** Of both sides together; 0 is no limit. */
  readonly bucketsMax: number;
}

export const finestResolution: ResolutionLimits = { schemaMax, bucketsMax: 0 };

/**
 * A native histogram (io.prometheus.write.v2.Histogram) with its resolution halved until it is within `limits`.
 * @throws SightglassError invalid_argument when it cannot be a histogram, or no resolution is within the limits
 */
export function withinResolution(bytes: Uint8Array, { schemaMax: most, bucketsMax }: ResolutionLimits): Uint8Array {
  const histogram = readHistogram(new ByteSource(bytes), 0, bytes.length);
  if (histogram.isStale) return bytes;
  const fault = histogramFault(histogram);
  if (fault !== undefined) throw new SightglassError("invalid_argument", fault);
  const isCustom = histogram.schema === customBucketsSchema;
  const allowed = bucketsMax === 0 ? Infinity : bucketsMax;
  let schema = isCustom ? histogram.schema : Math.min(histogram.schema, most);
  while (bucketsAt(histogram, schema) > allowed) {
    if (isCustom || schema === schemaMin) {
      const buckets = bucketsAt(histogram, schema);
      throw new SightglassError("invalid_argument", `a histogram has ${buckets} buckets, the limit is ${bucketsMax}`);
    }
    schema--;
  }
  return schema === histogram.schema ? bytes : atSchema(histogram, schema);
}

/** The histogram with fewer, wider buckets, as io.prometheus.write.v2.Histogram. `schema` is at most its own. */
export function atSchema(histogram: Histogram, schema: number): Buffer {
  const { count, sum, zeroThreshold, zeroCount, resetHint, timestampMs, startTimestampMs, isFloat } = histogram;
  const shift = histogram.schema - schema;
  const positive = merged(histogram.positiveSpans, histogram.positiveCounts, shift);
  const negative = merged(histogram.negativeSpans, histogram.negativeCounts, shift);
  const counts: Parameters<typeof protobufMessage>[0] = isFloat
    ? {
        // Set also where it is 0: the field tells floats from integers.
        2: { fixed64: doubles([count]) },
        7: { fixed64: doubles([zeroCount]) },
        10: doubles([...negative.values()]),
        13: doubles([...positive.values()]),
      }
    : { 1: BigInt(count), 6: BigInt(zeroCount), 9: deltas(negative.values()), 12: deltas(positive.values()) };
  return protobufMessage({
    ...counts,
    3: sum,
    4: zigzag(schema),
    5: zeroThreshold,
    8: encodeSpans(spansOf(negative.keys())),
    11: encodeSpans(spansOf(positive.keys())),
    14: BigInt(resetHint),
    15: BigInt(timestampMs),
    17: BigInt(startTimestampMs),
  });
}

/** Counts by index, 2^shift of the original buckets in one. */
function merged(spans: readonly BucketSpan[], counts: readonly number[], shift: number): Map<number, number> {
  const merged = new Map<number, number>();
  let at = 0;
  for (const index of indexesOf(spans)) {
    const wider = widened(index, shift);
    merged.set(wider, (merged.get(wider) ?? 0) + (counts[at++] ?? 0));
  }
  return merged;
}

/** A bucket's upper bound is in it: bucket 1 ends at the base, bucket 0 at 1. */
const widened = (index: number, shift: number) => Math.ceil(index / 2 ** shift);

function bucketsAt({ schema: own, positiveSpans, negativeSpans }: Histogram, schema: number): number {
  const size = (spans: readonly BucketSpan[]) => {
    let buckets = 0;
    let last: number | undefined;
    for (const index of indexesOf(spans)) {
      const wider = widened(index, own - schema);
      if (wider !== last) buckets++;
      last = wider;
    }
    return buckets;
  };
  return size(positiveSpans) + size(negativeSpans);
}
