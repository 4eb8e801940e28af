import { PromqlError, type PromqlErrorCode } from "@sightglass/promql";
import type { Context, Hono } from "hono";
import { asSightglassError, type ErrorCode } from "../../model/errors.ts";
import { problemOf } from "../problem.ts";

/** What Prometheus' API calls an error, and its HTTP status (web/api/v1/api.go). */
const statusOf = {
  bad_data: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  execution: 422,
  canceled: 503,
  timeout: 503,
  unavailable: 503,
  internal: 500,
} as const;

type ErrorType = keyof typeof statusOf;

const ofPromql: Record<PromqlErrorCode, ErrorType> = {
  parse: "bad_data",
  execution: "execution",
  limit: "execution",
  timeout: "timeout",
  canceled: "canceled",
};

const ofCatalogue: Partial<Record<ErrorCode, ErrorType>> = {
  invalid_argument: "bad_data",
  unsupported_media_type: "bad_data",
  payload_too_large: "bad_data",
  not_implemented: "bad_data",
  unauthenticated: "unauthorized",
  permission_denied: "forbidden",
  not_found: "not_found",
  method_not_allowed: "bad_data",
  query_timeout: "timeout",
  query_too_large: "execution",
  spool_full: "unavailable",
  spool_unwritable: "unavailable",
  store_unavailable: "unavailable",
  unavailable: "unavailable",
};

export interface Notes {
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** Annotations are left out where there are none. */
export function notesOf({ warnings = [], infos = [] }: Notes): object {
  return { ...(warnings.length === 0 ? {} : { warnings }), ...(infos.length === 0 ? {} : { infos }) };
}

/** The envelope of every answer that is no error. */
export function success(context: Context, data: unknown, notes: Notes = {}): Response {
  return context.json({ status: "success", data, ...notesOf(notes) });
}

/** Answers what was thrown as Prometheus does; `onFault` hears of what is our fault. */
export function answerErrors(
  app: Hono,
  onFault?: (fault: { method: string; path: string; error: unknown }) => void,
): Hono {
  app.onError((thrown, context) => {
    const { type, error, headers } = describe(thrown);
    const status = statusOf[type];
    if (type === "internal" || type === "unavailable")
      onFault?.({ method: context.req.method, path: context.req.path, error: thrown });
    return context.json({ status: "error", errorType: type, error }, status, headers);
  });
  return app;
}

function describe(thrown: unknown): { type: ErrorType; error: string; headers: Record<string, string> } {
  if (thrown instanceof PromqlError) {
    const error = thrown.code === "parse" ? `invalid parameter "query": ${thrown.message}` : thrown.message;
    return { type: ofPromql[thrown.code], error, headers: {} };
  }
  const { body, headers } = problemOf(thrown);
  const { message, hint } = body.error;
  const type = ofCatalogue[asSightglassError(thrown).code] ?? "internal";
  // The store's words for it say nothing to who asked in PromQL.
  if (type === "timeout") return { type, error: "query timed out in expression evaluation", headers };
  return { type, error: hint === undefined ? message : `${message} (${hint})`, headers };
}
