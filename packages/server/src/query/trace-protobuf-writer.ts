/** Writes protobuf messages (proto3 wire format) into one growing buffer. Default values are the caller's to leave out. */
export class ProtobufWriter {
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #length = 0;

  /** What was written since the last call. */
  take(): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.allocUnsafe(this.#buffer.length);
    this.#length = 0;
    return bytes;
  }

  /** A nested message: its length stands before it, so its bytes move up where that takes more than one. */
  message(field: number, write: () => void): void {
    this.#tag(field, 2);
    const lengthAt = this.#length;
    this.#reserve(1);
    this.#length += 1;
    write();
    const size = this.#length - lengthAt - 1;
    const extra = varintBytes(size) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#buffer.copyWithin(lengthAt + 1 + extra, lengthAt + 1, this.#length);
    }
    this.#length = lengthAt;
    this.#varint(size);
    this.#length += size;
  }

  string(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.#tag(field, 2);
    this.#reserve(5 + size);
    this.#varint(size);
    this.#length += this.#buffer.write(value, this.#length);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, 2);
    this.#reserve(5 + value.length);
    this.#varint(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** uint32, enum and bool. */
  uint32(field: number, value: number): void {
    this.#tag(field, 0);
    this.#reserve(5);
    this.#varint(value >>> 0);
  }

  int64(field: number, value: bigint): void {
    this.#tag(field, 0);
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
  }

  fixed64(field: number, value: bigint): void {
    this.#tag(field, 1);
    this.#reserve(8);
    this.#length = this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.#length);
  }

  fixed32(field: number, value: number): void {
    this.#tag(field, 5);
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value >>> 0, this.#length);
  }

  double(field: number, value: number): void {
    this.#tag(field, 1);
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  #tag(field: number, wireType: 0 | 1 | 2 | 5): void {
    this.#reserve(5);
    this.#varint((field << 3) | wireType);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}
