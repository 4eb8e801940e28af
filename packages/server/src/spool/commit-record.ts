import { crc32 } from "node:zlib";

/**
 * One entry of a segment's commit log. 64 bytes, little endian:
 *
 * | at | field | |
 * |---|---|---|
 * | 0  | u32 | magic "SGC1" |
 * | 4  | u32 | CRC-32 of the data bytes |
 * | 8  | u64 | offset of the block in the data file |
 * | 16 | u64 | its length in bytes |
 * | 24 | u64 | its rows |
 * | 32 | u64 | items accepted for this table since the data folder was made, this commit included |
 * | 40 | u64 | when it was committed, milliseconds since the epoch |
 * | 48 | 12 zero bytes | |
 * | 60 | u32 | CRC-32 of bytes 0 to 59 |
 */
export interface CommitRecord {
  offset: number;
  length: number;
  rows: number;
  dataCrc32: number;
  acceptedTotal: number;
  committedAtMs: number;
}

export const commitRecordBytes = 64;
const magic = 0x31434753;
const crcAt = commitRecordBytes - 4;

export function encodeCommitRecord(record: CommitRecord): Buffer {
  const bytes = Buffer.alloc(commitRecordBytes);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(record.dataCrc32, 4);
  const wide = [record.offset, record.length, record.rows, record.acceptedTotal, record.committedAtMs];
  for (const [index, value] of wide.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 + index * 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, crcAt)), crcAt);
  return bytes;
}

/** Undefined when the bytes are not a whole record. */
export function decodeCommitRecord(bytes: Buffer): CommitRecord | undefined {
  if (bytes.length !== commitRecordBytes || bytes.readUInt32LE(0) !== magic) return undefined;
  if (crc32(bytes.subarray(0, crcAt)) !== bytes.readUInt32LE(crcAt)) return undefined;
  const wide = (index: number) => Number(bytes.readBigUInt64LE(8 + index * 8));
  return {
    dataCrc32: bytes.readUInt32LE(4),
    offset: wide(0),
    length: wide(1),
    rows: wide(2),
    acceptedTotal: wide(3),
    committedAtMs: wide(4),
  };
}
