import type { ByteSource } from "./byte-source.ts";
import type { Column, ColumnMark } from "./column.ts";
import { GrowableBytes } from "./growable-bytes.ts";

/** String: for each row its length as a varint and its bytes, just as protobuf has them. Any bytes are allowed. */
export class StringColumn implements Column {
  readonly type = "String";
  private readonly data = new GrowableBytes();

  get byteLength(): number {
    return this.data.length;
  }

  append(source: ByteSource, start: number, end: number): void {
    this.data.pushVarint(end - start);
    this.data.pushBytes(source, start, end);
  }

  appendEmpty(): void {
    this.data.pushByte(0);
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
