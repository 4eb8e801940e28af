import { context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { attributeNames as names, scopeName } from "../attribute-names.ts";
import { nameOfThrown, safely } from "../safely.ts";
import { version } from "../version.ts";

/** Which attempt it is, at what. */
export interface Attempt {
  readonly stage: string;
  /** From 1. */
  readonly number: number;
  /** Where it failed: a short, fixed code. */
  readonly reason: (thrown: unknown) => string;
}

/** Does `work` in a span of its own, which says why it failed when it did. */
export async function inAttemptSpan<T>(attempt: Attempt, work: () => T | PromiseLike<T>): Promise<T> {
  const span = startAttempt(attempt);
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (thrown) {
    safely(() => markFailed(span, attempt, thrown), undefined);
    throw thrown;
  } finally {
    safely(() => span.end(), undefined);
  }
}

/** The span of an attempt that is over: that it failed was not known when it began. */
export function addFailedAttempt(attempt: Attempt, thrown: unknown, startedAtMs: number): void {
  safely(() => {
    const span = startAttempt(attempt, startedAtMs);
    markFailed(span, attempt, thrown);
    span.end();
  }, undefined);
}

function startAttempt({ stage, number }: Attempt, startTime?: number): Span {
  const attributes = { [names.recordAttempt]: number };
  const options = startTime === undefined ? { attributes } : { attributes, startTime };
  return trace.getTracer(scopeName, version).startSpan(`attempt ${stage}`, options);
}

/** Without the error's message: what a record holds often stands in it. */
function markFailed(span: Span, attempt: Attempt, thrown: unknown): void {
  const reason = attempt.reason(thrown);
  span.setAttributes({ [names.failureReason]: reason, [names.errorType]: nameOfThrown(thrown) });
  span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
}
