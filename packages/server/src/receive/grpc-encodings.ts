import { promisify } from "node:util";
import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { SightglassError } from "../model/errors.ts";
import { type BodyOptions, decompressSnappy, tooLarge } from "./body.ts";
import { zstd } from "./zstd.ts";

/** Decompresses one message; none is compressed that is empty. @throws SightglassError payload_too_large, invalid_argument */
export type Decompress = (message: Buffer, options: BodyOptions) => Promise<Buffer>;

/**
 * What the Collector's exporter also compresses with and gRPC's library does not know: it would refuse such calls by a status after
 * which the Collector drops the data. (zstd is left to it before Node 22.15.) The library decompresses before an interceptor sees a message, by a field that no interface
 * has; told that nothing is compressed, it hands the bytes on as they came.
 */
export function takeEncoding(call: ServerInterceptingCallInterface): Decompress | undefined {
  const base = call as { incomingEncoding?: string };
  const decompress = decompressors.get(base.incomingEncoding ?? "");
  if (decompress !== undefined) base.incomingEncoding = "identity";
  return decompress;
}

const decompressors = new Map<string, Decompress>([["snappy", async (...of) => decompressSnappy(...of)]]);
if (zstd !== undefined) {
  const decompress = promisify(zstd.decompress);
  decompressors.set("zstd", (...of) => decompressZstd(decompress, ...of));
}

async function decompressZstd(
  decompress: (message: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>,
  message: Buffer,
  { bytesMax, hold }: BodyOptions,
): Promise<Buffer> {
  const bytes = await decompress(message, { maxOutputLength: bytesMax }).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw tooLarge(`more than ${bytesMax} bytes after decompression`, bytesMax);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SightglassError("invalid_argument", `the message cannot be decompressed: ${reason}`, {
      hint: "compress it as its grpc-encoding says",
      cause,
    });
  });
  hold(bytes.length);
  return bytes;
}
