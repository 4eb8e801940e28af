import type { ByteSource } from "./byte-source.ts";
import type { Column, ColumnMark } from "./column.ts";
import { GrowableBytes } from "./growable-bytes.ts";
import { StringDictionary } from "./string-dictionary.ts";

/** Keys version: "shared dictionaries with additional keys", the only one. */
const prefix = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]);
/** The dictionary belongs to this block alone (0x200, additional keys) and replaces the previous one (0x400). */
const flags = 0x600;

/**
 * LowCardinality(String): the distinct strings once, and for each row the number of its string in the narrowest width.
 * Layout: flags and index width, number of strings, strings, number of rows, indexes; nothing at all without rows.
 */
export class LowCardinalityColumn implements Column {
  readonly type = "LowCardinality(String)";
  readonly dictionary: StringDictionary;
  private readonly rows = new GrowableBytes();
  private narrowed = new Uint8Array(0);

  constructor(classify?: (source: ByteSource, start: number, end: number) => number) {
    this.dictionary = new StringDictionary(classify);
  }

  get byteLength(): number {
    return this.dictionary.byteLength + this.rows.length;
  }

  /** @returns the entry, to repeat it with `appendEntry`. */
  append(source: ByteSource, start: number, end: number): number {
    const entry = this.dictionary.intern(source, start, end);
    this.appendEntry(entry);
    return entry;
  }

  appendEntry(entry: number): void {
    const { rows } = this;
    rows.reserve(4);
    rows.words[rows.length >>> 2] = entry;
    rows.length += 4;
  }

  dropLast(): void {
    this.rows.length -= 4;
  }

  get position(): number {
    return this.rows.length;
  }

  rewind(position: number): void {
    this.rows.length = position;
  }

  mark(): ColumnMark {
    return [this.rows.length, this.dictionary.size];
  }

  rollback(mark: ColumnMark): void {
    this.rows.length = mark[0]!;
    this.dictionary.truncate(mark[1]!);
  }

  writePrefix(chunks: Uint8Array[]): void {
    chunks.push(prefix);
  }

  writeData(chunks: Uint8Array[]): void {
    const rowCount = this.rows.length >>> 2;
    if (rowCount === 0) return;
    const { size } = this.dictionary;
    const width = size <= 0x100 ? 0 : size <= 0x10000 ? 1 : 2;
    chunks.push(new Uint8Array(new Uint32Array([flags | width, 0, size, 0]).buffer));
    chunks.push(this.dictionary.written());
    chunks.push(new Uint8Array(new Uint32Array([rowCount, 0]).buffer));
    chunks.push(this.narrow(rowCount, width));
  }

  appendAll(from: this): void {
    const entries = this.dictionary.internAll(from.dictionary);
    const rowCount = from.rows.length >>> 2;
    const { rows } = this;
    rows.reserve(from.rows.length);
    const to = rows.words;
    const numbers = from.rows.words;
    for (let row = 0, at = rows.length >>> 2; row < rowCount; row++, at++) to[at] = entries[numbers[row]!]!;
    rows.length += from.rows.length;
  }

  private narrow(rowCount: number, width: 0 | 1 | 2): Uint8Array {
    if (width === 2) return this.rows.written();
    const byteCount = rowCount << width;
    if (this.narrowed.length < byteCount) this.narrowed = new Uint8Array(Math.max(this.rows.bytes.length >>> 1, 8));
    const to = width === 0 ? this.narrowed : new Uint16Array(this.narrowed.buffer);
    const from = this.rows.words;
    for (let row = 0; row < rowCount; row++) to[row] = from[row]!;
    return this.narrowed.subarray(0, byteCount);
  }

  clear(): void {
    this.dictionary.clear();
    this.rows.clear();
    if (this.narrowed.length > this.rows.bytes.length) this.narrowed = new Uint8Array(0);
  }
}
