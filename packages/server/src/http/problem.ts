import { asSightglassError, type ErrorCode } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { ErrorResponse } from "./contract.ts";

/** The one place that maps the error catalogue to HTTP statuses (RFC 9110). */
export const httpStatusOf = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  method_not_allowed: 405,
  unsupported_media_type: 415,
  payload_too_large: 413,
  not_implemented: 501,
  spool_full: 503,
  spool_unwritable: 503,
  store_unavailable: 503,
  unavailable: 503,
  query_timeout: 504,
  query_too_large: 422,
  port_taken: 500,
  data_folder_in_use: 500,
  config_invalid: 500,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

export interface Problem {
  code: ErrorCode;
  status: (typeof httpStatusOf)[ErrorCode];
  body: ErrorResponse;
  headers: Record<string, string>;
}

/**
 * Any thrown value as the answer of one of our own routes. What is not a SightglassError is a fault of ours: the client
 * learns no more than that, the log has the rest.
 */
export function problemOf(thrown: unknown): Problem {
  const error = asSightglassError(thrown);
  const body: ErrorResponse = {
    error: {
      code: error.code,
      message:
        error.code === "internal" ? "the server failed; its log says why" : cutToBytes(error.message, messageBytesMax),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
  };
  const headers: Record<string, string> = {};
  if (error.retryAfterMs !== undefined) headers["retry-after"] = String(Math.ceil(error.retryAfterMs / 1000));
  return { code: error.code, status: httpStatusOf[error.code], body, headers };
}

const messageBytesMax = limits.responseErrorMessageBytesMax.value;

function cutToBytes(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= bytesMax) return text;
  // A cut in the middle of a character decodes to U+FFFD, which is dropped.
  return `${bytes
    .subarray(0, bytesMax)
    .toString("utf8")
    .replace(/\uFFFD+$/, "")}…`;
}
