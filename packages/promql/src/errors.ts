import { positionText, type Span } from "./text/position.ts";

/**
 * What went wrong with a query:
 * - `parse`: the text is no valid PromQL (HTTP 400 bad_data)
 * - `execution`: the evaluation cannot go on (HTTP 422 execution)
 * - `limit`: more samples or series than allowed (422 execution)
 * - `timeout` and `canceled`: it took too long, or the caller left (503)
 */
export type PromqlErrorCode = "parse" | "execution" | "limit" | "timeout" | "canceled";

export interface Problem {
  readonly message: string;
  readonly span: Span;
}

/** An error of this package. `message` is worded as Prometheus words it. */
export class PromqlError extends Error {
  override readonly name = "PromqlError";
  readonly code: PromqlErrorCode;
  readonly span: Span | undefined;
  /** For `parse`: every problem found, the first of which is the message. */
  readonly problems: readonly Problem[];

  constructor(code: PromqlErrorCode, message: string, span?: Span, problems: readonly Problem[] = []) {
    super(message);
    this.code = code;
    this.span = span;
    this.problems = problems;
  }
}

/** `line:column: parse error: message` for the first of the problems. */
export function parseError(query: string, problems: readonly Problem[]): PromqlError {
  const first = problems[0] ?? { message: "unknown error", span: { start: 0, end: query.length } };
  const text = `${positionText(query, first.span.start)}: parse error: ${first.message}`;
  return new PromqlError("parse", text, first.span, problems);
}

export function executionError(message: string, span?: Span): PromqlError {
  return new PromqlError("execution", message, span);
}
