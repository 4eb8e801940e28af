import type { Column, ColumnMark } from "./column.ts";

/** Where a block can return to. */
export interface NativeBlockMark {
  readonly rowCount: number;
  readonly columns: readonly ColumnMark[];
}

/**
 * One ClickHouse `Native` block for a table: number of columns, number of rows, and for each column its name, type and
 * data. The engine reads it with `INSERT ... FORMAT Native` and matches columns by name.
 */
export class NativeBlock {
  readonly table: string;
  rowCount = 0;
  private readonly columns: readonly { readonly header: Uint8Array; readonly column: Column }[];

  constructor(table: string, columns: Readonly<Record<string, Column>>) {
    this.table = table;
    this.columns = Object.entries(columns).map(([name, column]) => ({
      header: Buffer.concat([shortString(name), shortString(column.type)]),
      column,
    }));
  }

  /** About the encoded size. */
  get byteLength(): number {
    let sum = 0;
    for (const { column } of this.columns) sum += column.byteLength;
    return sum;
  }

  mark(): NativeBlockMark {
    return { rowCount: this.rowCount, columns: this.columns.map(({ column }) => column.mark()) };
  }

  /** Forgets all that was appended since, including a row that was begun. */
  rollback(mark: NativeBlockMark): void {
    this.rowCount = mark.rowCount;
    this.columns.forEach(({ column }, index) => column.rollback(mark.columns[index]!));
  }

  /** Appends all rows of a block for the same table. */
  appendAll(from: NativeBlock): void {
    this.rowCount += from.rowCount;
    this.columns.forEach(({ column }, index) => column.appendAll(from.columns[index]!.column));
  }

  /** Chunks that share the block's memory: write them before the block changes. */
  encode(): Uint8Array[] {
    const chunks: Uint8Array[] = [Buffer.concat([varint(this.columns.length), varint(this.rowCount)])];
    for (const { header, column } of this.columns) {
      chunks.push(header);
      if (this.rowCount === 0) continue;
      column.writePrefix(chunks);
      column.writeData(chunks);
    }
    return chunks;
  }

  clear(): void {
    this.rowCount = 0;
    for (const { column } of this.columns) column.clear();
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Uint8Array.from([...bytes, rest]);
}

function shortString(text: string): Uint8Array {
  return Buffer.concat([varint(Buffer.byteLength(text)), Buffer.from(text)]);
}
