import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { Signal } from "../model/signal.ts";
import type { Admission, Admitted } from "./admission.ts";
import type { AuthorizeRequest } from "./authorize-request.ts";
import { acceptedEncodings, readBody } from "./body.ts";
import { handleCors } from "./cors.ts";
import { ingest, type IngestContext, type OtlpEncoding } from "./otlp-sink.ts";
import { encodeRefusal, encodeSuccess } from "./otlp-status.ts";
import type { ReceiverStats } from "./receiver-stats.ts";
import { refuse } from "./refuse.ts";

export interface OtlpHttpHandlerOptions extends IngestContext {
  readonly authorize: AuthorizeRequest;
  /** Shared by all receivers. */
  readonly admission: Admission;
  readonly stats: ReceiverStats;
  /** Browser origins that may send; none by default. */
  readonly corsOrigins?: () => readonly string[];
  readonly bodyBytesMax?: number;
  /** Told of errors of the catalogue's code `internal`, whose text the client does not get. */
  readonly onInternalError: (error: unknown) => void;
}

const signalOfPath = new Map<string, Signal>([
  ["/v1/traces", "spans"],
  ["/v1/logs", "logs"],
  ["/v1/metrics", "metrics"],
  // Where Prometheus takes OTLP.
  ["/api/v1/otlp/v1/metrics", "metrics"],
]);
const contentTypeOf: Record<OtlpEncoding, string> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

/** Whether a request for this URL belongs to the OTLP handler. */
export function isOtlpPath(url: string): boolean {
  const path = pathOf(url);
  return path.startsWith("/v1/") || signalOfPath.has(path);
}

/**
 * OTLP/HTTP (OTLP specification 1.9, "OTLP/HTTP") as a handler of `node:http`, for a server of its own and to be mounted
 * on another one. Every request is answered, unless its client has gone.
 */
export function createOtlpHttpHandler(options: OtlpHttpHandlerOptions): RequestListener {
  return (request, response) => {
    void handle(request, response, options);
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: OtlpHttpHandlerOptions,
): Promise<void> {
  const { stats, admission, corsOrigins } = options;
  if (handleCors(request, response, corsOrigins?.() ?? [])) return;
  stats.requests++;
  const encoding = encodingOf(request.headers["content-type"]);
  let admitted: Admitted | undefined;
  try {
    const signal = signalOfRequest(request);
    options.authorize(request, "ingest");
    if (encoding === undefined) throw unsupportedType(request.headers["content-type"]);
    admitted = admission.enter();
    const { hold } = admitted;
    const body = await readBody(request, { bytesMax: options.bodyBytesMax ?? limits.requestBodyBytesMax.value, hold });
    const receivedAtMs = options.clock.nowMs();
    const outcome = await ingest(options, { signal, encoding, body, receivedAtMs });
    answer(response, 200, encoding, encodeSuccess(outcome, signal, encoding));
  } catch (error) {
    refuse(request, response, error, {
      ...options,
      allow: "POST",
      answer: (refusal) => {
        if (refusal.code === "unsupported_media_type") response.setHeader("Accept-Encoding", acceptedEncodings);
        answer(response, refusal.httpStatus, encoding ?? "json", encodeRefusal(refusal, encoding ?? "json"));
      },
    });
  } finally {
    admitted?.leave();
  }
}

function answer(response: ServerResponse, status: number, encoding: OtlpEncoding, body: Buffer): void {
  response.writeHead(status, { "Content-Type": contentTypeOf[encoding], "Content-Length": body.length });
  response.end(body);
}

function signalOfRequest(request: IncomingMessage): Signal {
  const path = pathOf(request.url ?? "/");
  const signal = signalOfPath.get(path);
  if (signal === undefined) {
    throw new SightglassError("not_found", `${path} is not received here`, {
      hint: "send spans to /v1/traces, log records to /v1/logs and metrics to /v1/metrics",
    });
  }
  if (request.method !== "POST") {
    throw new SightglassError("method_not_allowed", `${request.method ?? ""} ${path} is not possible`, {
      hint: "use POST",
    });
  }
  return signal;
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

function encodingOf(contentType: string | undefined): OtlpEncoding | undefined {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/x-protobuf") return "protobuf";
  return type === "application/json" ? "json" : undefined;
}

function unsupportedType(contentType: string | undefined): SightglassError {
  const what =
    contentType === undefined ? "the request has no Content-Type" : `Content-Type ${contentType} is not OTLP`;
  return new SightglassError("unsupported_media_type", what, {
    hint: "use application/x-protobuf or application/json",
  });
}
