import {
  type Attributes,
  type Context,
  type HrTime,
  INVALID_SPAN_CONTEXT,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import { type LogAttributes, logs, SeverityNumber } from "@opentelemetry/api-logs";
import { attributeNames as names, eventNames, scopeName } from "./attribute-names.ts";
import type { Clock } from "./clock.ts";
import type { Counts } from "./counts.ts";
import type { Failures } from "./failures.ts";
import { asText, safely } from "./safely.ts";
import { contextOfScope, scopeIn } from "./scope-context.ts";
import { version } from "./version.ts";

export interface ScopeOptions {
  readonly kind: "run" | "stage";
  /** The span's name. */
  readonly name: string;
  readonly attributes: Attributes;
  /** The run or stage that it is part of. */
  readonly within?: Scope;
  readonly parent: Context;
  readonly links?: Link[] | undefined;
  readonly clock: Clock;
}

const stackCharsMax = 16_384;

/**
 * One open run or stage: its span, what is known of it so far, and its announcements. Ends once, whatever happens;
 * nothing in here throws.
 */
export class Scope {
  readonly span: Span;
  readonly context: Context;
  readonly kind: "run" | "stage";
  readonly within: Scope | undefined;
  counts: Counts | undefined;
  failures: Failures | undefined;
  isAnnounced = false;
  /** The watch's list of open scopes runs through the scopes themselves. */
  previous: Scope | undefined;
  next: Scope | undefined;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #attributes: Attributes;
  readonly #parentSpanId: string | undefined;
  #isEnded = false;

  constructor(options: ScopeOptions) {
    this.kind = options.kind;
    this.within = options.within;
    this.#name = options.name;
    this.#clock = options.clock;
    this.#attributes = options.attributes;
    this.#parentSpanId = trace.getSpanContext(options.parent)?.spanId;
    this.span = startSpan(options);
    this.context = contextOfScope(options.parent, this.span, this);
  }

  /** Sent with the span's sampling decision: a run that is not kept must not show as one that fell silent. */
  get isSampled(): boolean {
    return (this.span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0 && this.span.isRecording();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * The context in which a stage of this scope starts: the active one when it lies within this scope (so that stages
   * nest as the code does), else this scope's own (a stage started from a timer, or without a context manager).
   */
  contextForChild(active: Context): Context {
    const inner = scopeIn(active);
    for (let scope = inner instanceof Scope ? inner : undefined; scope !== undefined; scope = scope.within)
      if (scope === this) return active;
    return this.context;
  }

  /** Says that it has begun, because its span arrives only when it has ended. */
  announce(): void {
    if (this.isAnnounced || !this.isSampled) return;
    this.isAnnounced = true;
    const startedAt = this.#startTime();
    this.#emit(this.kind === "run" ? eventNames.runStart : eventNames.stageStart, startedAt, {});
  }

  /** Says that it is still at work, and how far it is. */
  beat(): void {
    if (!this.isAnnounced || this.#isEnded || !this.isSampled) return;
    const now: HrTime = toHrTime(this.#clock.nowMs());
    const counts: Attributes = {};
    this.counts?.addTo(counts);
    this.#emit(eventNames.heartbeat, now, { [names.spanStartTime]: nanoseconds(this.#startTime()), ...counts });
  }

  succeed(): void {
    if (this.#isEnded) return;
    safely(() => {
      this.#finish();
      if (!hasError(this.span)) this.span.setStatus({ code: SpanStatusCode.OK });
    }, undefined);
    this.#end();
  }

  fail(thrown: unknown): void {
    if (this.#isEnded) return;
    safely(() => {
      this.#finish();
      const error = describe(thrown);
      this.span.setAttribute(names.errorType, error.type);
      if (error.type === "AbortError") this.span.setAttribute(names.status, "cancelled");
      this.span.recordException({ name: error.type, message: error.message, ...error.stack });
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    }, undefined);
    this.#end();
  }

  /** Ends it because the process ends before it could. */
  abandon(reason: string, status: "cancelled" | "failed", thrown?: unknown): void {
    if (this.#isEnded) return;
    if (thrown !== undefined) {
      this.fail(thrown);
      return;
    }
    safely(() => {
      this.#finish();
      if (status === "cancelled") this.span.setAttribute(names.status, status);
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
    }, undefined);
    this.#end();
  }

  /** Sets an attribute, also on the announcements that follow. */
  setAttribute(key: string, value: string | number | boolean): void {
    if (this.#isEnded) return;
    safely(() => {
      this.#attributes[key] = value;
      this.span.setAttribute(key, value);
    }, undefined);
  }

  #finish(): void {
    this.failures?.finish(this.span);
    if (this.counts === undefined) return;
    const counts: Attributes = {};
    this.counts.addTo(counts);
    this.span.setAttributes(counts);
  }

  #end(): void {
    this.#isEnded = true;
    safely(() => this.span.end(), undefined);
  }

  #emit(eventName: string, timestamp: HrTime, more: Attributes): void {
    safely(() => {
      logs.getLogger(scopeName, version).emit({
        eventName,
        timestamp,
        severityNumber: SeverityNumber.INFO,
        severityText: "INFO",
        context: trace.setSpan(ROOT_CONTEXT, this.span),
        attributes: known({
          [names.spanName]: this.#name,
          [names.parentSpanId]: this.#parentSpanId,
          ...this.#attributes,
          ...more,
        }),
      });
    }, undefined);
  }

  /** As the OpenTelemetry SDK's span has it, so that the announcement and the span agree; else from our clock. */
  #startTime(): HrTime {
    const { startTime } = this.span as { startTime?: unknown };
    if (Array.isArray(startTime) && typeof startTime[0] === "number" && typeof startTime[1] === "number")
      return [startTime[0], startTime[1]];
    this.#fallbackStartTime ??= toHrTime(this.#clock.nowMs());
    return this.#fallbackStartTime;
  }
  #fallbackStartTime: HrTime | undefined;
}

function startSpan({ name, attributes, parent, links }: ScopeOptions): Span {
  const options = links === undefined ? { attributes } : { attributes, links };
  const span = safely(() => currentTracer().startSpan(name, options, parent), undefined);
  return span ?? trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
}

/** Spans leave out what is undefined; log records would keep it as an empty value. */
function known(attributes: Attributes): LogAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

let current: { provider: TracerProvider; tracer: Tracer } | undefined;

/** The tracer of the provider that is registered now; asking it each time would cost a look-up by a joined name. */
function currentTracer(): Tracer {
  const provider = trace.getTracerProvider();
  if (current?.provider !== provider) current = { provider, tracer: provider.getTracer(scopeName, version) };
  return current.tracer;
}

function hasError(span: Span): boolean {
  const { status } = span as { status?: { code?: unknown } };
  return status?.code === SpanStatusCode.ERROR;
}

function describe(thrown: unknown): { type: string; message: string; stack: { stack?: string } } {
  if (thrown instanceof Error) {
    const stack = typeof thrown.stack === "string" ? { stack: thrown.stack.slice(0, stackCharsMax) } : {};
    return { type: thrown.name, message: asText(thrown.message), stack };
  }
  return { type: typeof thrown, message: asText(thrown), stack: {} };
}

function toHrTime(epochMs: number): HrTime {
  const seconds = Math.trunc(epochMs / 1000);
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)];
}

function nanoseconds([seconds, nanos]: HrTime): string {
  return (BigInt(seconds) * 1_000_000_000n + BigInt(nanos)).toString();
}
