import type { ByteSource } from "./byte-source.ts";
import { BytesColumn } from "./bytes-column.ts";

/** String: for each row its length as a varint and its bytes, just as protobuf has them. Any bytes are allowed. */
export class StringColumn extends BytesColumn {
  constructor() {
    super("String");
  }

  append(source: ByteSource, start: number, end: number): void {
    this.data.pushVarint(end - start);
    this.data.pushBytes(source, start, end);
  }

  appendEmpty(): void {
    this.data.pushByte(0);
  }
}
