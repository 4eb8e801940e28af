/** What went wrong between the page and the server, in a form that a person can act on. */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** From the server's catalogue, or `unreachable` / `bad_answer`. */
  readonly code: string;
  readonly hint: string | undefined;

  constructor(options: { status: number; code: string; message: string; hint?: string | undefined; cause?: unknown }) {
    super(options.message, { cause: options.cause });
    this.name = "ApiError";
    this.status = options.status;
    this.code = options.code;
    this.hint = options.hint;
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Worth trying again by itself: no answer, or the server says it is busy. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}
