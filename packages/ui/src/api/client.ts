import type { ErrorResponse } from "sightglass/contract";
import { ApiError } from "./errors.ts";
import { authorization } from "./token.ts";

/** An answer that takes longer than this is reported as an error; queries on the server stop earlier. */
const answerTimeoutMs = 30_000;

type Parameter = string | number | boolean | null | undefined | readonly string[];

/** Appends the parameters that are set; lists are repeated. */
export function withParameters(path: string, parameters: Record<string, Parameter>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    const items = Array.isArray(value) ? (value as readonly string[]) : [value];
    for (const item of items) if (item !== undefined && item !== null && item !== "") search.append(key, String(item));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Reads one of the server's own routes. Throws ApiError. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const timeout = AbortSignal.timeout(answerTimeoutMs);
  let response: Response;
  try {
    response = await fetch(path, {
      headers: { accept: "application/json", ...authorization() },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw timeout.aborted ? tooSlow(cause) : unreachable(cause);
  }
  if (!response.ok) throw await refusal(response);
  try {
    return (await response.json()) as T;
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new ApiError({
      status: response.status,
      code: "bad_answer",
      message: "The answer is not JSON, or broke off.",
      hint: "Check that this address is Sightglass itself and that no proxy changes its answers.",
      cause,
    });
  }
}

export function unreachable(cause: unknown): ApiError {
  return new ApiError({
    status: 0,
    code: "unreachable",
    message: "The server does not answer.",
    hint: "Check that sightglass is running, and that this machine reaches it.",
    cause,
  });
}

function tooSlow(cause: unknown): ApiError {
  return new ApiError({
    status: 0,
    code: "timeout",
    message: `The server took longer than ${answerTimeoutMs / 1000} s.`,
    hint: "Choose a shorter time window, or look at the status page.",
    cause,
  });
}

export async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as Partial<ErrorResponse> | PrometheusRefusal | null;
  if (isPrometheusRefusal(body))
    return new ApiError({
      status: response.status,
      code: body.errorType ?? `http_${response.status}`,
      message: body.error,
    });
  const error = body?.error;
  return new ApiError({
    status: response.status,
    code: error?.code ?? `http_${response.status}`,
    message: error?.message ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    hint: error?.hint,
  });
}

/** The error form of the Prometheus HTTP API, which /api/v1/ keeps. */
interface PrometheusRefusal {
  error: string;
  errorType?: string;
}

function isPrometheusRefusal(body: Partial<ErrorResponse> | PrometheusRefusal | null): body is PrometheusRefusal {
  return typeof body?.error === "string";
}
