/**
 * The closed catalogue of what can go wrong. Each protocol maps codes to its own statuses in one place:
 * http/problem.ts (HTTP), receive/otlp-status.ts (OTLP over HTTP and gRPC), cli/exit-code.ts.
 */
export const errorCodes = [
  /** The request or the configuration cannot be understood; sending it again will not help. */
  "invalid_argument",
  "unauthenticated",
  "permission_denied",
  "not_found",
  "method_not_allowed",
  "unsupported_media_type",
  /** The body, compressed or not, is over its limit; sending it again will not help. */
  "payload_too_large",
  "not_implemented",
  /** The spool is at its limit because the store is behind; send again later. */
  "spool_full",
  /** The data folder cannot be written (disk full, read-only); send again later. */
  "spool_unwritable",
  /** The engine does not answer; send again later. */
  "store_unavailable",
  /** The server is starting or stopping; send again later. */
  "unavailable",
  "query_timeout",
  /** The query needs more memory, rows or series than its limit. */
  "query_too_large",
  "port_taken",
  "data_folder_in_use",
  "config_invalid",
  "internal",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface SightglassErrorOptions {
  /** What to do about it. */
  hint?: string;
  /** For errors that pass: when to try again. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** An error with a code from the catalogue, a message for people and, where there is one, a hint what to do. */
export class SightglassError extends Error {
  override readonly name = "SightglassError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: SightglassErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Any thrown value as a SightglassError; what is not one becomes `internal`. */
export function asSightglassError(thrown: unknown): SightglassError {
  if (thrown instanceof SightglassError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SightglassError("internal", message, { cause: thrown });
}
