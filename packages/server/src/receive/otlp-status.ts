import { status as rpc } from "@grpc/grpc-js";
import { asSightglassError, type ErrorCode } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { DecodeOutcome } from "../decode/otlp/rejections.ts";
import type { Signal } from "../model/signal.ts";
import type { OtlpEncoding } from "./otlp-sink.ts";
import { protobufMessage } from "./protobuf-message.ts";

/**
 * The one place that maps the error catalogue to OTLP. Clients try again on HTTP 429, 502, 503 and 504, and on gRPC
 * UNAVAILABLE; RESOURCE_EXHAUSTED only with RetryInfo, which a body over the limit therefore must not have (OTLP
 * specification, "Failures").
 */
const statusOf = {
  invalid_argument: { http: 400, rpc: rpc.INVALID_ARGUMENT },
  unauthenticated: { http: 401, rpc: rpc.UNAUTHENTICATED },
  permission_denied: { http: 403, rpc: rpc.PERMISSION_DENIED },
  not_found: { http: 404, rpc: rpc.NOT_FOUND },
  method_not_allowed: { http: 405, rpc: rpc.UNIMPLEMENTED },
  unsupported_media_type: { http: 415, rpc: rpc.INVALID_ARGUMENT },
  payload_too_large: { http: 413, rpc: rpc.RESOURCE_EXHAUSTED },
  not_implemented: { http: 404, rpc: rpc.UNIMPLEMENTED },
  spool_full: { http: 503, rpc: rpc.UNAVAILABLE },
  spool_unwritable: { http: 503, rpc: rpc.UNAVAILABLE },
  store_unavailable: { http: 503, rpc: rpc.UNAVAILABLE },
  unavailable: { http: 503, rpc: rpc.UNAVAILABLE },
  query_timeout: { http: 504, rpc: rpc.DEADLINE_EXCEEDED },
  query_too_large: { http: 400, rpc: rpc.INVALID_ARGUMENT },
  port_taken: { http: 500, rpc: rpc.INTERNAL },
  data_folder_in_use: { http: 500, rpc: rpc.INTERNAL },
  config_invalid: { http: 500, rpc: rpc.INTERNAL },
  internal: { http: 500, rpc: rpc.INTERNAL },
} as const satisfies Record<ErrorCode, { http: number; rpc: rpc }>;

const retryAfterMsDefault = 1000;

/** A refusal in OTLP's terms. */
export interface OtlpRefusal {
  readonly code: ErrorCode;
  readonly httpStatus: number;
  /** google.rpc.Code, which gRPC uses too. */
  readonly rpcCode: rpc;
  /** For people; cut to limits.responseErrorMessageBytesMax. */
  readonly message: string;
  /** Undefined when sending again will not help. */
  readonly retryAfterMs: number | undefined;
}

/** Any thrown value as a refusal. What is not a SightglassError is a fault of ours: the sender learns no more than that. */
export function refusalOf(thrown: unknown): OtlpRefusal {
  const error = asSightglassError(thrown);
  const { http, rpc: rpcCode } = statusOf[error.code];
  const text = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
  return {
    code: error.code,
    httpStatus: http,
    rpcCode,
    message: error.code === "internal" ? "the server failed; its log says why" : cut(text),
    retryAfterMs: rpcCode === rpc.UNAVAILABLE ? (error.retryAfterMs ?? retryAfterMsDefault) : undefined,
  };
}

/** `Retry-After` in whole seconds, at least one. */
export function retryAfterSeconds(retryAfterMs: number): number {
  return Math.max(1, Math.ceil(retryAfterMs / 1000));
}

const typePrefix = "type.googleapis.com/google.rpc.";

/** The body of a refusal: google.rpc.Status in the encoding of the request. */
export function encodeRefusal(refusal: OtlpRefusal, encoding: OtlpEncoding): Buffer {
  return encoding === "json" ? refusalJson(refusal) : refusalProtobuf(refusal);
}

/** google.rpc.Status { code = 1, message = 2, details = 3 } with RetryInfo or BadRequest. */
export function refusalProtobuf({ rpcCode, message, retryAfterMs }: OtlpRefusal): Buffer {
  const details: Uint8Array[] = [];
  if (retryAfterMs !== undefined) {
    const seconds = Math.floor(retryAfterMs / 1000);
    const delay = protobufMessage({ 1: seconds, 2: Math.round((retryAfterMs - seconds * 1000) * 1e6) });
    details.push(protobufMessage({ 1: `${typePrefix}RetryInfo`, 2: protobufMessage({ 1: delay }) }));
  } else if (rpcCode === rpc.INVALID_ARGUMENT) {
    const violation = protobufMessage({ 2: message });
    details.push(protobufMessage({ 1: `${typePrefix}BadRequest`, 2: protobufMessage({ 1: violation }) }));
  }
  return protobufMessage({ 1: rpcCode, 2: message, 3: details });
}

function refusalJson({ rpcCode, message, retryAfterMs }: OtlpRefusal): Buffer {
  const details: object[] = [];
  if (retryAfterMs !== undefined) {
    details.push({ "@type": `${typePrefix}RetryInfo`, retryDelay: `${retryAfterMs / 1000}s` });
  } else if (rpcCode === rpc.INVALID_ARGUMENT) {
    details.push({ "@type": `${typePrefix}BadRequest`, fieldViolations: [{ description: message }] });
  }
  return Buffer.from(JSON.stringify({ code: rpcCode, message, ...(details.length > 0 && { details }) }));
}

/**
 * The body of an accepted request: `partial_success` is unset when everything was accepted without a word, else
 * { rejected = 1, error_message = 2 }.
 */
export function encodeSuccess(outcome: DecodeOutcome, signal: Signal, encoding: OtlpEncoding): Buffer {
  const { rejected } = outcome;
  const errorMessage = cut(outcome.reasons.join("; "));
  // Nothing rejected, but something to say, is a warning.
  const isWhole = rejected === 0 && errorMessage === "";
  if (encoding === "protobuf") {
    return isWhole ? Buffer.alloc(0) : protobufMessage({ 1: protobufMessage({ 1: rejected, 2: errorMessage }) });
  }
  if (isWhole) return Buffer.from("{}");
  return Buffer.from(JSON.stringify({ partialSuccess: { [rejectedName[signal]]: `${rejected}`, errorMessage } }));
}

const rejectedName = { spans: "rejectedSpans", logs: "rejectedLogRecords", metrics: "rejectedDataPoints" } as const;

/** Cuts to the limit in UTF-8, not through a character. */
function cut(text: string): string {
  const bytesMax = limits.responseErrorMessageBytesMax.value;
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  let end = bytesMax - 3;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return `${bytes.toString("utf8", 0, end)}...`;
}
