import type { BucketSpan } from "./histogram.ts";
import { protobufMessage, zigzag } from "./protobuf-message.ts";

/** Rising indexes as spans of consecutive ones, each with its distance from the end of the one before. */
export function spansOf(indexes: Iterable<number>): BucketSpan[] {
  const spans: BucketSpan[] = [];
  let end = 0;
  for (const index of indexes) {
    const last = spans.at(-1);
    if (last !== undefined && index === end) last.length++;
    else spans.push({ offset: index - end, length: 1 });
    end = index + 1;
  }
  return spans;
}

/** The indexes of the buckets in `spans`. */
export function* indexesOf(spans: readonly BucketSpan[]): Generator<number, void, void> {
  let index = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++) yield index++;
  }
}

/** io.prometheus.write.v2.BucketSpan { sint32 offset = 1; uint32 length = 2 } */
export function encodeSpans(spans: readonly BucketSpan[]): Buffer[] {
  return spans.map(({ offset, length }) => protobufMessage({ 1: zigzag(offset), 2: BigInt(length) }));
}

/** Doubles as they stand in a packed field. */
export const doubles = (values: readonly number[]): Buffer => Buffer.from(new Float64Array(values).buffer);

/** Each count as its difference to the one before. */
export function deltas(counts: Iterable<number>): bigint[] {
  let before = 0n;
  return Array.from(counts, (count) => {
    const delta = zigzag(BigInt(count) - before);
    before = BigInt(count);
    return delta;
  });
}
