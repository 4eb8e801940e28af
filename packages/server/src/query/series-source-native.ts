/**
 * Reads the blocks of ClickHouse's `Native` format, column by column and without an object per row. Only the types that
 * the series queries select are known: they convert everything else in SQL.
 */
export class NativeReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Moves to the next block. @returns its number of rows, or undefined at the end; empty blocks are passed over */
  nextBlock(): number | undefined {
    return this.nextColumns()?.rows;
  }

  /** The same, for blocks whose columns are told apart by their names. */
  nextColumns(): { columnCount: number; rows: number } | undefined {
    while (this.#at < this.#bytes.length) {
      const columnCount = this.#varint();
      const rows = this.#varint();
      if (rows > 0) return { columnCount, rows };
      for (let column = 0; column < columnCount; column++) this.column();
    }
    return undefined;
  }

  /** Steps over a column's header. Call it before reading the column. @returns the type as the engine writes it */
  column(): string {
    return this.header().type;
  }

  /** The same, with the name. */
  header(): { name: string; type: string } {
    return { name: this.string(), type: this.string() };
  }

  skipBytes(length: number): void {
    this.#skip(length);
  }

  /** A `LowCardinality(String)` column whose block has a dictionary of its own: the texts, and the number of each row's. */
  lowCardinality(): { texts: string[]; numbers: Uint8Array | Uint16Array | Uint32Array } {
    this.#skip(8);
    const [flags] = this.words(1);
    const [textCount = 0] = this.words(1);
    const texts = Array.from({ length: textCount }, () => this.string());
    const [rows = 0] = this.words(1);
    const width = (flags ?? 0) & 0xff;
    if (width === 0) return { texts, numbers: this.bytes(rows) };
    if (width === 1) return { texts, numbers: new Uint16Array(this.#take(rows * 2)) };
    if (width === 2) return { texts, numbers: new Uint32Array(this.#take(rows * 4)) };
    throw new RangeError(`a LowCardinality column has indexes of an unknown width ${width}`);
  }

  /** 64-bit integers as pairs of 32-bit words, the low one first. */
  words(rows: number): Uint32Array {
    return new Uint32Array(this.#take(rows * 8));
  }

  floats(rows: number): Float64Array {
    return new Float64Array(this.#take(rows * 8));
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(this.#take(length));
  }

  /** `DateTime64(3)`, as milliseconds. */
  milliseconds(rows: number): Float64Array {
    const buffer = this.#take(rows * 8);
    const [words, timesMs] = [new Uint32Array(buffer), new Float64Array(buffer)];
    // Each is read before it is overwritten.
    for (let row = 0; row < rows; row++)
      timesMs[row] = ((words[row * 2 + 1] as number) | 0) * 2 ** 32 + (words[row * 2] as number);
    return timesMs;
  }

  /** Offsets of arrays: the end of each, in elements. */
  ends(rows: number): Uint32Array {
    const words = this.words(rows);
    const ends = new Uint32Array(rows);
    for (let row = 0; row < rows; row++) ends[row] = words[row * 2] as number;
    return ends;
  }

  /** The bytes of a String value, as a view. */
  stringBytes(): Uint8Array {
    const length = this.#varint();
    const start = this.#at;
    this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  string(): string {
    const bytes = this.stringBytes();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  }

  /** A copy, since columns of a block begin anywhere and typed arrays want to be aligned. */
  #take(length: number): ArrayBuffer {
    const start = this.#bytes.byteOffset + this.#at;
    this.#skip(length);
    return this.#bytes.buffer.slice(start, start + length) as ArrayBuffer;
  }

  #skip(length: number): void {
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError("a Native block ends too early");
  }

  #varint(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError("a Native block ends too early");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }
}

/** A series id of a column of words, as the key of maps. */
export function seriesIdAt(words: Uint32Array, row: number): bigint {
  return (BigInt(words[row * 2 + 1] as number) << 32n) | BigInt(words[row * 2] as number);
}
