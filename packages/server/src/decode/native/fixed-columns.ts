import type { ByteSource } from "./byte-source.ts";
import { BytesColumn } from "./bytes-column.ts";

/** UInt8, Bool. */
export class UInt8Column extends BytesColumn {
  append(value: number): void {
    this.data.pushByte(value);
  }
}

/** UInt16, Date. */
export class UInt16Column extends BytesColumn {
  append(value: number): void {
    this.data.pushByte(value & 0xff);
    this.data.pushByte(value >>> 8);
  }
}

/** UInt32. */
export class UInt32Column extends BytesColumn {
  append(value: number): void {
    const { data } = this;
    data.reserve(4);
    data.words[data.length >>> 2] = value;
    data.length += 4;
  }
}

/** Int64, UInt64, Float64, DateTime64: eight bytes, given as two 32-bit halves so that no BigInt is made. */
export class Word64Column extends BytesColumn {
  append(low: number, high: number): void {
    const { data } = this;
    data.reserve(8);
    const at = data.length >>> 2;
    data.words[at] = low;
    data.words[at + 1] = high;
    data.length += 8;
  }

  /** Appends all values of another column, each larger by `by`. They stay below 2^32. */
  appendShifted(from: Word64Column, by: number): void {
    const { words, length } = from.data;
    for (let at = 0; at < length >>> 2; at += 2) this.append(words[at]! + by, 0);
  }
}

/** FixedString(N) for N a multiple of four: ids. */
export class FixedStringColumn extends BytesColumn {
  private readonly width: number;

  constructor(width: number) {
    super(`FixedString(${width})`);
    this.width = width;
  }

  /** Appends the N bytes at `start`. */
  append(source: ByteSource, start: number): void {
    const { data, width } = this;
    data.reserve(width);
    let at = data.length >>> 2;
    for (let i = 0; i < width; i += 4) data.words[at++] = source.view.getUint32(start + i, true);
    data.length += width;
  }

  appendZeros(): void {
    const { data, width } = this;
    data.reserve(width);
    data.words.fill(0, data.length >>> 2, (data.length + width) >>> 2);
    data.length += width;
  }
}
