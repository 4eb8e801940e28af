import type { ByteSource } from "./byte-source.ts";
import type { Column, ColumnMark } from "./column.ts";
import { Word64Column } from "./fixed-columns.ts";
import { LowCardinalityColumn } from "./low-cardinality-column.ts";

/**
 * What Array and Map have in common: the cumulative number of elements after each row, and then the elements of all
 * rows as columns of their own.
 */
abstract class NestedColumn implements Column {
  abstract readonly type: string;
  protected readonly offsets = new Word64Column("UInt64");
  protected count = 0;
  private rowStart = 0;

  abstract readonly byteLength: number;

  get position(): number {
    return this.offsets.position;
  }

  rewind(): void {
    throw new Error("a nested column cannot be rewound; use a mark");
  }

  endRow(): void {
    this.offsets.append(this.count, 0);
    this.rowStart = this.count;
    this.beginRow();
  }

  /** Forgets the elements that were appended since the last `endRow`. */
  abandonRow(): void {
    this.count = this.rowStart;
    this.rewindElements();
  }

  /** Remembers where the elements of the next row begin. */
  protected abstract beginRow(): void;
  protected abstract rewindElements(): void;
  protected abstract elementColumns(): readonly Column[];

  mark(): ColumnMark {
    return [this.count, ...this.offsets.mark(), ...this.elementColumns().flatMap((column) => column.mark())];
  }

  rollback(mark: ColumnMark): void {
    this.count = mark[0]!;
    this.rowStart = this.count;
    this.offsets.rollback([mark[1]!]);
    let at = 2;
    for (const column of this.elementColumns()) {
      const { length } = column.mark();
      column.rollback(mark.slice(at, at + length));
      at += length;
    }
    this.beginRow();
  }

  writePrefix(chunks: Uint8Array[]): void {
    for (const column of this.elementColumns()) column.writePrefix(chunks);
  }

  writeData(chunks: Uint8Array[]): void {
    this.offsets.writeData(chunks);
    for (const column of this.elementColumns()) column.writeData(chunks);
  }

  appendAll(from: this): void {
    this.offsets.appendShifted(from.offsets, this.count);
    this.count += from.count;
    this.rowStart = this.count;
    const theirs = from.elementColumns();
    this.elementColumns().forEach((column, index) => column.appendAll(theirs[index]!));
    this.beginRow();
  }

  clear(): void {
    this.count = 0;
    this.rowStart = 0;
    this.offsets.clear();
    for (const column of this.elementColumns()) column.clear();
    this.beginRow();
  }
}

/** Array(T). Append to `elements`, count with `added`, and end the row. */
export class ArrayColumn<Elements extends Column> extends NestedColumn {
  readonly type: string;
  readonly elements: Elements;
  private elementsStart = 0;

  constructor(elements: Elements) {
    super();
    this.elements = elements;
    this.type = `Array(${elements.type})`;
  }

  get byteLength(): number {
    return this.offsets.byteLength + this.elements.byteLength;
  }

  /** One element was appended to `elements`. */
  added(): void {
    this.count++;
  }

  protected beginRow(): void {
    this.elementsStart = this.elements.position;
  }

  protected rewindElements(): void {
    this.elements.rewind(this.elementsStart);
  }

  protected elementColumns(): readonly Column[] {
    return [this.elements];
  }
}

/** Map(LowCardinality(String), T): like an array of pairs, all keys first. Order and repeated keys are kept. */
export class MapColumn<Values extends Column> extends NestedColumn {
  readonly type: string;
  readonly values: Values;
  private readonly keys: LowCardinalityColumn;
  private keysStart = 0;
  private valuesStart = 0;

  /** @param classifyKey gives each distinct key a tag, once; `appendKey` returns it. */
  constructor(values: Values, classifyKey?: (source: ByteSource, start: number, end: number) => number) {
    super();
    this.values = values;
    this.keys = new LowCardinalityColumn(classifyKey);
    this.type = `Map(${this.keys.type}, ${values.type})`;
  }

  get byteLength(): number {
    return this.offsets.byteLength + this.keys.byteLength + this.values.byteLength;
  }

  /** Append the value to `values` too. @returns the key's tag. */
  appendKey(source: ByteSource, start: number, end: number): number {
    this.count++;
    return this.keys.dictionary.tagOf(this.keys.append(source, start, end));
  }

  /** Takes the key back that was appended last, and has no value yet. */
  dropKey(): void {
    this.count--;
    this.keys.dropLast();
  }

  protected beginRow(): void {
    this.keysStart = this.keys.position;
    this.valuesStart = this.values.position;
  }

  protected rewindElements(): void {
    this.keys.rewind(this.keysStart);
    this.values.rewind(this.valuesStart);
  }

  protected elementColumns(): readonly Column[] {
    return [this.keys, this.values];
  }
}
