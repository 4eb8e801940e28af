import type { IncomingMessage } from "node:http";
import { createGunzip, createInflate, type Gunzip, type Inflate } from "node:zlib";
import { snappyDecompressAny } from "../decode/prometheus/snappy-framed.ts";
import { SightglassError } from "../model/errors.ts";
import { zstd } from "./zstd.ts";

const inflateChunkBytes = 128 * 1024;

export interface BodyOptions {
  /** Limit of the body, both as sent and decompressed. */
  readonly bytesMax: number;
  /** Called before bytes are kept; may throw. */
  readonly hold: (bytes: number) => void;
}

/** Encodings of a body that `readBody` knows, as a header says them. */
export const acceptedEncodings = ["gzip", "deflate", "snappy", ...(zstd === undefined ? [] : ["zstd"])].join(", ");

/** The client went away before the body was whole: there is nobody to answer. */
export class ClientGone extends Error {}

/**
 * Reads a request's body, decompressed. Memory is bounded by the limit: reading stops where it is passed.
 * @throws SightglassError payload_too_large, unsupported_media_type (encoding), invalid_argument (broken compression)
 * @throws ClientGone
 */
export function readBody(request: IncomingMessage, { bytesMax, hold }: BodyOptions): Promise<Buffer> {
  const declared = Number(request.headers["content-length"]);
  if (declared > bytesMax) return Promise.reject(tooLarge(`${declared} bytes`, bytesMax));
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  switch (encoding) {
    case "":
    case "identity":
      return collectBody(request, { bytesMax, hold });
    case "gzip":
    case "x-gzip":
      return inflate(request, createGunzip({ chunkSize: inflateChunkBytes }), { bytesMax, hold });
    // The Collector says zlib for what HTTP calls deflate.
    case "deflate":
    case "zlib":
      return inflate(request, createInflate({ chunkSize: inflateChunkBytes }), { bytesMax, hold });
    case "snappy":
    case "x-snappy-framed":
      return collectBody(request, { bytesMax, hold }).then((body) => decompressSnappy(body, { bytesMax, hold }));
    case "zstd":
      if (zstd === undefined) return Promise.reject(unknownEncoding(encoding));
      return inflate(request, zstd.createDecompress({ chunkSize: inflateChunkBytes }), { bytesMax, hold });
    default:
      return Promise.reject(unknownEncoding(encoding));
  }
}

function unknownEncoding(encoding: string): SightglassError {
  const isKnownToOthers = encoding === "zstd";
  return new SightglassError(
    "unsupported_media_type",
    isKnownToOthers
      ? `Node ${process.versions.node}, which runs this server, cannot decompress zstd`
      : `Content-Encoding ${JSON.stringify(encoding)} is not known here`,
    { hint: `use ${acceptedEncodings} or none${isKnownToOthers ? "; Node 22.15 and later know zstd" : ""}` },
  );
}

/** @throws SightglassError payload_too_large, invalid_argument */
export function decompressSnappy(compressed: Buffer, { bytesMax, hold }: BodyOptions): Buffer {
  let byteLength = 0;
  return snappyDecompressAny(compressed, (bytes) => {
    byteLength += bytes;
    if (byteLength > bytesMax) throw tooLarge(`more than ${bytesMax} bytes after decompression`, bytesMax);
    hold(bytes);
  });
}

export function tooLarge(what: string, bytesMax: number): SightglassError {
  return new SightglassError("payload_too_large", `the body has ${what}, the limit is ${bytesMax}`, {
    hint: "send smaller batches",
  });
}

/** Collects chunks, up to the limit. */
class Chunks {
  private readonly chunks: Buffer[] = [];
  private byteLength = 0;
  private readonly options: BodyOptions;
  private readonly what: string;

  constructor(options: BodyOptions, what: string) {
    this.options = options;
    this.what = what;
  }

  /** @throws SightglassError payload_too_large */
  push(chunk: Buffer): void {
    const { bytesMax, hold } = this.options;
    if (this.byteLength + chunk.length > bytesMax) throw tooLarge(`more than ${bytesMax} bytes${this.what}`, bytesMax);
    hold(chunk.length);
    this.byteLength += chunk.length;
    this.chunks.push(chunk);
  }

  join(): Buffer {
    return this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks, this.byteLength);
  }
}

/**
 * Reads a request's body as it is sent, whatever its encoding.
 * @throws SightglassError payload_too_large
 * @throws ClientGone
 */
export function collectBody(request: IncomingMessage, options: BodyOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks = new Chunks(options, "");
    const fail = (error: unknown) => {
      request.off("data", take);
      request.resume();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      try {
        chunks.push(chunk);
      } catch (error) {
        fail(error);
      }
    };
    request.on("data", take);
    request.once("end", () => resolve(chunks.join()));
    onGone(request, reject);
  });
}

function inflate(request: IncomingMessage, inflater: Gunzip | Inflate, options: BodyOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks = new Chunks(options, " after decompression");
    let compressedBytes = 0;
    const fail = (error: unknown) => {
      request.unpipe(inflater);
      inflater.destroy();
      request.off("data", count);
      request.resume();
      reject(error);
    };
    const count = (chunk: Buffer) => {
      compressedBytes += chunk.length;
      if (compressedBytes > options.bytesMax) fail(tooLarge(`more than ${options.bytesMax} bytes`, options.bytesMax));
    };
    request.on("data", count);
    inflater.on("data", (chunk: Buffer) => {
      try {
        chunks.push(chunk);
      } catch (error) {
        fail(error);
      }
    });
    inflater.once("end", () => resolve(chunks.join()));
    inflater.once("error", (cause) => {
      fail(
        new SightglassError("invalid_argument", `the body cannot be decompressed: ${cause.message}`, {
          hint: "compress it as its Content-Encoding says",
          cause,
        }),
      );
    });
    onGone(request, (gone) => {
      inflater.destroy();
      reject(gone);
    });
    request.pipe(inflater);
  });
}

function onGone(request: IncomingMessage, gone: (error: ClientGone) => void): void {
  request.once("error", () => gone(new ClientGone("the client went away")));
  request.once("close", () => {
    if (!request.complete) gone(new ClientGone("the client went away"));
  });
}
