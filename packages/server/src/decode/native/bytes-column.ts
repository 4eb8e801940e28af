import type { Column, ColumnMark } from "./column.ts";
import { GrowableBytes } from "./growable-bytes.ts";

/** A column whose data is nothing but its values one after the other: those of a fixed width, and strings. */
export abstract class BytesColumn implements Column {
  readonly type: string;
  protected readonly data = new GrowableBytes();

  constructor(type: string) {
    this.type = type;
  }

  get byteLength(): number {
    return this.data.length;
  }

  get position(): number {
    return this.data.length;
  }

  rewind(position: number): void {
    this.data.length = position;
  }

  mark(): ColumnMark {
    return [this.data.length];
  }

  rollback(mark: ColumnMark): void {
    this.data.length = mark[0]!;
  }

  writePrefix(): void {}

  writeData(chunks: Uint8Array[]): void {
    if (this.data.length > 0) chunks.push(this.data.written());
  }

  appendAll(from: this): void {
    this.data.pushAll(from.data);
  }

  clear(): void {
    this.data.clear();
  }
}
