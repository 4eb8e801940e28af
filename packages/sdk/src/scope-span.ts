import {
  type Attributes,
  type Context,
  type HrTime,
  INVALID_SPAN_CONTEXT,
  type Link,
  type Span,
  SpanStatusCode,
  type TimeInput,
  trace,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import { attributeNames as names, scopeName } from "./attribute-names.ts";
import { asText, nameOfThrown, safely } from "./safely.ts";
import { version } from "./version.ts";

/** What is known of the span of a run or stage before it is made. */
export interface SpanStart {
  readonly name: string;
  readonly attributes: Attributes;
  readonly parent: Context;
  readonly links?: Link[] | undefined;
  /** Default: now. */
  readonly startTime?: TimeInput | undefined;
}

const stackCharsMax = 16_384;

/** Never throws; where no span can be made there is one that goes nowhere. */
export function startSpan(tracer: Tracer, { name, attributes, parent, links, startTime }: SpanStart): Span {
  const options = {
    attributes,
    ...(links === undefined ? {} : { links }),
    ...(startTime === undefined ? {} : { startTime }),
  };
  const span = safely(() => tracer.startSpan(name, options, parent), undefined);
  return span ?? trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
}

/** Writes to `span` what has been thrown. */
export function recordFailure(span: Span, thrown: unknown): void {
  const { type, message, stack } = describe(thrown);
  span.setAttribute(names.errorType, type);
  if (type === "AbortError") span.setAttribute(names.status, "cancelled");
  span.recordException({ name: type, message, ...stack });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** Whether somebody has said already that it failed; only the SDK's own spans show it. */
export function hasError(span: Span): boolean {
  const { status } = span as { status?: { code?: unknown } };
  return status?.code === SpanStatusCode.ERROR;
}

/** When the SDK's span says that it began; undefined for spans of others. */
export function startTimeOf(span: Span): HrTime | undefined {
  const { startTime } = span as { startTime?: unknown };
  if (!Array.isArray(startTime) || typeof startTime[0] !== "number" || typeof startTime[1] !== "number")
    return undefined;
  return [startTime[0], startTime[1]];
}

function describe(thrown: unknown): { type: string; message: string; stack: { stack?: string } } {
  const type = nameOfThrown(thrown);
  if (!(thrown instanceof Error)) return { type, message: asText(thrown), stack: {} };
  const stack = safely(() => thrown.stack, undefined);
  const message = safely(() => asText(thrown.message), "");
  return { type, message, stack: typeof stack === "string" ? { stack: stack.slice(0, stackCharsMax) } : {} };
}

let current: { provider: TracerProvider; tracer: Tracer } | undefined;

/** The tracer of the provider that is registered now; asking it each time would cost a look-up by a joined name. */
export function currentTracer(): Tracer {
  const provider = trace.getTracerProvider();
  if (current?.provider !== provider) current = { provider, tracer: provider.getTracer(scopeName, version) };
  return current.tracer;
}
