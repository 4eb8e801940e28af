import { SightglassError } from "../../model/errors.ts";
import { snappyDecompress, snappyLength } from "./snappy.ts";

/** With which every framed stream begins (snappy/framing_format.txt, 4.1). */
const streamIdentifier = Buffer.from([0xff, 0x06, 0x00, 0x00, ...Buffer.from("sNaPpY")]);
const headerBytes = 4;
const checksumBytes = 4;
/** Of one chunk, decompressed (4.2). */
const chunkBytesMax = 65_536;

/**
 * Decompresses Snappy in either format: the Collector writes blocks over HTTP and frames over gRPC, and older ones frames over both,
 * all under the name `snappy`. Checksums of frames are not compared: the transport has its own.
 * @param reserve told of so many bytes before they are made; may throw
 * @throws SightglassError invalid_argument when it is damaged
 */
export function snappyDecompressAny(compressed: Buffer, reserve: (bytes: number) => void): Buffer {
  if (isFramed(compressed)) return Buffer.concat([...chunksOf(compressed, reserve)]);
  reserve(snappyLength(compressed));
  const block = snappyDecompress(compressed);
  return Buffer.from(block.buffer, block.byteOffset, block.byteLength);
}

function isFramed(compressed: Buffer): boolean {
  return compressed.subarray(0, streamIdentifier.length).equals(streamIdentifier);
}

function* chunksOf(framed: Buffer, reserve: (bytes: number) => void): Generator<Uint8Array> {
  for (let at = 0; at < framed.length;) {
    if (at + headerBytes > framed.length) fail(at, "it is cut off");
    const kind = framed.readUInt8(at);
    const start = at + headerBytes;
    const end = start + framed.readUIntLE(at + 1, 3);
    if (end > framed.length) fail(at, "it is cut off");
    if (kind <= 1) {
      if (end - start < checksumBytes) fail(at, "a chunk has no checksum");
      const data = framed.subarray(start + checksumBytes, end);
      const length = kind === 0 ? snappyLength(data) : data.length;
      if (length > chunkBytesMax) fail(at, `a chunk has ${length} bytes, more than ${chunkBytesMax}`);
      reserve(length);
      yield kind === 0 ? snappyDecompress(data) : data;
    } else if (kind < 0x80) {
      fail(at, `a chunk is of the unknown kind ${kind}`);
    }
    // Others are identifiers, padding, and what a reader may skip.
    at = end;
  }
}

function fail(at: number, what: string): never {
  throw new SightglassError("invalid_argument", `the body is not framed Snappy: ${what} (byte ${at})`, {
    hint: "compress with Snappy as its framing format has it",
  });
}
