/** A Zstandard frame that holds the bytes as they are, since Node 20 cannot compress. At most 128 KiB (RFC 8878, 3.1.1). */
export function storedZstd(bytes: Uint8Array): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 5);
  // The last block, not compressed.
  head.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return Buffer.concat([head, bytes]);
}
