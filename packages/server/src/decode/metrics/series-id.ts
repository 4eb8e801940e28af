import type { ByteSource } from "../native/byte-source.ts";

/** A series id: 64 bits in two halves, so that no BigInt is made for a sample. */
export class SeriesId {
  low = 0;
  high = 0;

  /** As the engine writes UInt64. */
  toString(): string {
    return ((BigInt(this.high) << 32n) | BigInt(this.low)).toString();
  }
}

/**
 * Hashes the canonical bytes of a series' labels (canonical-labels.ts), so that every node gives a series the same id.
 * Two lanes in the manner of MurmurHash3 x86_128, each fed with every second word and with the other lane.
 */
export function hashSeries(source: ByteSource, start: number, end: number, to: SeriesId): void {
  const { bytes, view } = source;
  let low = 0x53696768;
  let high = 0x74676c73;
  let position = start;
  for (const pairsEnd = end - 7; position < pairsEnd; position += 8) {
    low ^= Math.imul(rotate15(Math.imul(view.getUint32(position, true), 0x239b961b)), 0xab0e9789);
    low = (Math.imul(((low << 19) | (low >>> 13)) + high, 5) + 0x561ccd1b) | 0;
    high ^= Math.imul(rotate15(Math.imul(view.getUint32(position + 4, true), 0x38b34ae5)), 0xa1e38b93);
    high = (Math.imul(((high << 17) | (high >>> 15)) + low, 5) + 0x0bcaa747) | 0;
  }
  for (; position < end; position++) {
    low = Math.imul(low ^ bytes[position]!, 0x9e3779b1);
    high = (Math.imul(high + low, 0x85ebca6b) ^ (high >>> 15)) | 0;
  }
  const length = end - start;
  low = mix(((low ^ length) + high) | 0);
  high = mix(((high ^ length) + low) | 0);
  // Never both 0, which marks a free place in IdTable.
  to.low = (low + high) >>> 0 || 1;
  to.high = (high + Math.imul(to.low, 0xcc9e2d51)) >>> 0;
}

function rotate15(word: number): number {
  return (word << 15) | (word >>> 17);
}

function mix(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
