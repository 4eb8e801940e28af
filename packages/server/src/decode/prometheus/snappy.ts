import { SightglassError } from "../../model/errors.ts";

/** A copy of 64 bytes takes 3 bytes: a block that says more lies, and nothing is reserved for it. */
const ratioMax = 32;
/** A buffer larger than this is not kept. */
const keptBytesMax = 8 * 1024 * 1024;

/** Below this many bytes a loop is faster than a call. */
const loopBytesMax = 32;

/**
 * The length that a Snappy block (snappy/format_description.txt) says it has when decompressed.
 * @throws SightglassError invalid_argument
 */
export function snappyLength(compressed: Uint8Array): number {
  return readPreamble(compressed).length;
}

/** Decompresses into a buffer that it keeps: what it gives is valid until the next call. */
export class SnappyDecompressor {
  private kept = new Uint8Array(0);

  /** @throws SightglassError as `snappyDecompress` */
  decompress(compressed: Uint8Array): Uint8Array {
    const length = snappyLength(compressed);
    if (length > keptBytesMax || length > compressed.length * ratioMax) return snappyDecompress(compressed);
    if (length > this.kept.length) this.kept = new Uint8Array(Math.max(length, this.kept.length * 2));
    return snappyDecompress(compressed, this.kept.subarray(0, length));
  }
}

/**
 * Decompresses a Snappy block. Ask `snappyLength` first, to limit memory.
 * @param into as long as the block says
 * @throws SightglassError invalid_argument when the block is damaged, or is not as long as it says
 */
export function snappyDecompress(compressed: Uint8Array, into?: Uint8Array): Uint8Array {
  const { length, next } = readPreamble(compressed);
  if (length > compressed.length * ratioMax) fail(next, "it says a length that it cannot have");
  const out = into ?? new Uint8Array(length);
  const view = new DataView(out.buffer, out.byteOffset, length);
  let at = next;
  let to = 0;
  while (at < compressed.length) {
    const tag = compressed[at++]!;
    if ((tag & 3) === 0) {
      let count = tag >>> 2;
      if (count >= 60) {
        const width = count - 59;
        if (at + width > compressed.length) fail(at, "it is cut off");
        count = readLittleEndian(compressed, at, width);
        at += width;
      }
      count++;
      if (at + count > compressed.length) fail(at, "it is cut off");
      if (to + count > length) fail(at, "it is longer than it says");
      copy(compressed, at, out, to, count);
      at += count;
      to += count;
      continue;
    }
    let count: number;
    let offset: number;
    if ((tag & 3) === 1) {
      if (at >= compressed.length) fail(at, "it is cut off");
      count = ((tag >>> 2) & 7) + 4;
      offset = ((tag >>> 5) << 8) | compressed[at++]!;
    } else {
      const width = (tag & 3) === 2 ? 2 : 4;
      if (at + width > compressed.length) fail(at, "it is cut off");
      count = (tag >>> 2) + 1;
      offset = compressed[at]! | (compressed[at + 1]! << 8);
      if (width === 4) offset = readLittleEndian(compressed, at, 4);
      at += width;
    }
    if (offset === 0 || offset > to) fail(at, "a copy begins before its start");
    if (to + count > length) fail(at, "it is longer than it says");
    const end = to + count;
    // The copy may overlap itself: then it repeats, and words would be read before they are written.
    if (offset >= 4) {
      for (const wordsEnd = end - 3; to < wordsEnd; to += 4) {
        view.setUint32(to, view.getUint32(to - offset, true), true);
      }
    }
    for (; to < end; to++) out[to] = out[to - offset]!;
  }
  if (to !== length) fail(at, `it has ${to} bytes instead of ${length}`);
  return out;
}

function readPreamble(compressed: Uint8Array): { length: number; next: number } {
  let length = 0;
  for (let next = 0; next < 5 && next < compressed.length;) {
    const byte = compressed[next]!;
    length += (byte & 0x7f) * 2 ** (7 * next++);
    if (byte < 0x80) {
      if (length > 0xffff_ffff) break;
      return { length, next };
    }
  }
  return fail(0, "its length is not a 32-bit varint");
}

function readLittleEndian(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

function copy(from: Uint8Array, start: number, to: Uint8Array, at: number, count: number): void {
  if (count > loopBytesMax) to.set(from.subarray(start, start + count), at);
  else for (let i = 0; i < count; i++) to[at + i] = from[start + i]!;
}

function fail(at: number, what: string): never {
  throw new SightglassError("invalid_argument", `the body is not a Snappy block: ${what} (byte ${at})`, {
    hint: "compress with Snappy in block format, not framed",
  });
}
