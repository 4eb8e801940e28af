import { ByteSource } from "./byte-source.ts";

const initialBytes = 4096;
/** A buffer that one unusual block made larger than this is given back when the block is cleared. */
const keptBytesMax = 32 * 1024 * 1024;
/** Below this many bytes a loop is faster than a call of TypedArray.set with a subarray. */
const loopBytesMax = 64;

/** A buffer that grows by doubling and is kept for reuse. */
export class GrowableBytes {
  bytes = new Uint8Array(initialBytes);
  /** The same memory to read from. */
  source = new ByteSource(this.bytes);
  /** The same memory as aligned 32-bit words, in the machine's order: little-endian on every platform the engine runs on. */
  words = new Uint32Array(this.bytes.buffer);
  length = 0;

  /** Makes room for `count` bytes after `length`. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.grow(this.length + count);
  }

  private grow(needed: number): void {
    let capacity = this.bytes.length * 2;
    while (capacity < needed) capacity *= 2;
    this.replace(capacity, this.bytes.subarray(0, this.length));
  }

  private replace(capacity: number, content?: Uint8Array): void {
    this.bytes = new Uint8Array(capacity);
    if (content !== undefined) this.bytes.set(content);
    this.source = new ByteSource(this.bytes);
    this.words = new Uint32Array(this.bytes.buffer);
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > keptBytesMax) this.replace(initialBytes);
  }

  /** What was written so far. Valid until the next append or clear. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Goes on to the next multiple of four. */
  align(): void {
    this.reserve(3);
    this.length = (this.length + 3) & ~3;
  }

  pushByte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Appends `source[start, end)`. */
  pushBytes(source: ByteSource, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    if (count > loopBytesMax) {
      this.bytes.set(source.bytes.subarray(start, end), this.length);
      this.length += count;
      return;
    }
    const { view } = this.source;
    const from = source.view;
    let at = this.length;
    let position = start;
    for (const wordsEnd = end - 3; position < wordsEnd; position += 4, at += 4) {
      view.setUint32(at, from.getUint32(position, true), true);
    }
    const to = this.bytes;
    const { bytes } = source;
    for (; position < end; position++) to[at++] = bytes[position]!;
    this.length = at;
  }

  /** Appends all that was written to another. */
  pushAll(from: GrowableBytes): void {
    this.reserve(from.length);
    this.bytes.set(from.written(), this.length);
    this.length += from.length;
  }

  /** Appends an unsigned LEB128 number below 2^32. */
  pushVarint(value: number): void {
    this.reserve(5);
    let at = this.length;
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[at++] = rest;
    this.length = at;
  }

  /** Appends ASCII text. */
  pushAscii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }
}
