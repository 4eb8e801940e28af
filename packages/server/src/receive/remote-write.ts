import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { PointCounts } from "../decode/metrics/metrics-outcome.ts";
import { SnappyDecompressor, snappyLength } from "../decode/prometheus/snappy.ts";
import { decodeWriteV1 } from "../decode/prometheus/write-v1.ts";
import { decodeWriteV2 } from "../decode/prometheus/write-v2.ts";
import type { Clock } from "../model/clock.ts";
import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { Admission, Admitted } from "./admission.ts";
import type { AuthorizeRequest } from "./authorize-request.ts";
import { collectBody, tooLarge } from "./body.ts";
import type { WriteMetrics } from "./metrics-sink.ts";
import type { ReceiverStats } from "./receiver-stats.ts";
import { refuse } from "./refuse.ts";

export interface RemoteWriteOptions {
  readonly sink: WriteMetrics;
  readonly authorize: AuthorizeRequest;
  readonly clock: Clock;
  /** Shared by all receivers. */
  readonly admission: Admission;
  readonly stats: ReceiverStats;
  readonly bodyBytesMax?: number;
  /** Told of errors of the catalogue's code `internal`, whose text the client does not get. */
  readonly onInternalError: (error: unknown) => void;
}

const path = "/api/v1/write";
const nothing: PointCounts = { samples: 0, histograms: 0, exemplars: 0 };

/** Whether a request for this URL belongs to the remote write handler. */
export function isRemoteWritePath(url: string): boolean {
  return url === path || url.startsWith(`${path}?`);
}

/**
 * Prometheus remote write 1.0 and 2.0 (prometheus.io/docs/specs/prw) as a handler of `node:http`. Everything is answered
 * 204 that is durable; 400 when points were refused, the others being written; 5xx when the sender is to try again.
 * Samples may come in any order of time.
 */
export function createRemoteWriteHandler(options: RemoteWriteOptions): RequestListener {
  const decompressor = new SnappyDecompressor();
  return (request, response) => {
    void handle(request, response, { ...options, decompressor });
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: RemoteWriteOptions & { decompressor: SnappyDecompressor },
): Promise<void> {
  const { stats, admission, clock, decompressor } = options;
  stats.requests++;
  let admitted: Admitted | undefined;
  try {
    if (request.method !== "POST") throw notPost(request.method);
    options.authorize(request, "ingest");
    const decode = decoderOf(request.headers["content-type"]);
    checkEncoding(request.headers["content-encoding"]);
    admitted = admission.enter();
    const { hold } = admitted;
    const bytesMax = options.bodyBytesMax ?? limits.requestBodyBytesMax.value;
    const compressed = await collectBody(request, { bytesMax, hold });
    const length = snappyLength(compressed);
    if (length > bytesMax) throw tooLarge(`${length} bytes after decompression`, bytesMax);
    hold(length);
    // Within `write`, which runs without a pause, the buffer of the decompressor is nobody else's.
    const outcome = await options.sink(clock.nowMs(), (block, context) =>
      decode(decompressor.decompress(compressed), block, context),
    );
    setWritten(response, outcome.written);
    if (outcome.reasons.length === 0) response.writeHead(204).end();
    else answer(response, 400, `partly written: ${outcome.reasons.join("; ")}`);
  } catch (error) {
    refuse(request, response, error, {
      ...options,
      allow: "POST",
      answer: (refusal) => {
        setWritten(response, nothing);
        answer(response, refusal.httpStatus, refusal.message);
      },
    });
  } finally {
    admitted?.leave();
  }
}

/** Without a Content-Type it is 1.0, as old senders have it. */
function decoderOf(contentType: string | undefined): typeof decodeWriteV1 {
  const [type = "", ...parameters] = (contentType ?? "").split(";").map((part) => part.trim());
  const proto = parameters.find((parameter) => /^proto=/i.test(parameter))?.slice("proto=".length);
  if (type === "" || type.toLowerCase() === "application/x-protobuf") {
    if (proto === undefined || proto === "prometheus.WriteRequest") return decodeWriteV1;
    if (proto === "io.prometheus.write.v2.Request") return decodeWriteV2;
  }
  throw new SightglassError("unsupported_media_type", `Content-Type ${contentType} is not remote write`, {
    hint: "use application/x-protobuf;proto=io.prometheus.write.v2.Request or application/x-protobuf",
  });
}

function checkEncoding(encoding: string | undefined): void {
  if (encoding === undefined || encoding.trim().toLowerCase() === "snappy") return;
  throw new SightglassError("unsupported_media_type", `Content-Encoding ${encoding} is not known here`, {
    hint: "use snappy, in block format",
  });
}

function notPost(method = ""): SightglassError {
  return new SightglassError("method_not_allowed", `${method} ${path} is not possible`, { hint: "use POST" });
}

/** Remote write 2.0: on every answer, so that the sender knows how much came through. */
function setWritten(response: ServerResponse, { samples, histograms, exemplars }: PointCounts): void {
  response.setHeader("X-Prometheus-Remote-Write-Samples-Written", samples);
  response.setHeader("X-Prometheus-Remote-Write-Histograms-Written", histograms);
  response.setHeader("X-Prometheus-Remote-Write-Exemplars-Written", exemplars);
}

function answer(response: ServerResponse, status: number, text: string): void {
  const body = Buffer.from(`${text}\n`);
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Content-Length": body.length }).end(body);
}
