import type { ByteSource } from "../native/byte-source.ts";
import { readHistogram } from "./histogram.ts";
import { protobufMessage, zigzag } from "./protobuf-message.ts";

const gauge = 3;

/**
 * A histogram with the buckets of the one at `[start, end)` and no observations: what it was when its counting began.
 * @returns undefined for one that is a gauge, which does not begin at 0, and for a staleness marker
 */
export function emptyHistogram(source: ByteSource, start: number, end: number, timeMs: number): Uint8Array | undefined {
  const { schema, zeroThreshold, customValues, resetHint, isStale } = readHistogram(source, start, end);
  if (resetHint === gauge || isStale) return undefined;
  return protobufMessage({
    4: zigzag(schema),
    5: zeroThreshold,
    15: BigInt(timeMs),
    16: new Uint8Array(new Float64Array(customValues).buffer),
    17: BigInt(timeMs),
  });
}
