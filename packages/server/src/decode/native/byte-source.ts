/**
 * Bytes to read from, with both ways of looking at them: one by one, and as unaligned 32-bit words. Made once for a
 * request; every column copies out of it by offsets, so that no slice is made for a field.
 */
export class ByteSource {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
