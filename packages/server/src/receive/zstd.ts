import * as zlib from "node:zlib";

/** Zstandard (RFC 8878) as `node:zlib` has it. */
interface Zstd {
  readonly createDecompress: (options: { chunkSize: number }) => zlib.Gunzip;
  readonly decompress: (
    compressed: Uint8Array,
    options: { maxOutputLength: number },
    done: (error: NodeJS.ErrnoException | null, bytes: Buffer) => void,
  ) => void;
}

interface SinceNode22 {
  createZstdDecompress?: Zstd["createDecompress"];
  zstdDecompress?: Zstd["decompress"];
}

const { createZstdDecompress, zstdDecompress } = zlib as SinceNode22;

/** Undefined before Node 22.15, which does not know it. */
export const zstd: Zstd | undefined =
  createZstdDecompress === undefined || zstdDecompress === undefined
    ? undefined
    : { createDecompress: createZstdDecompress, decompress: zstdDecompress };
