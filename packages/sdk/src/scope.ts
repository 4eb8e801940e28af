import {
  type Attributes,
  type Context,
  type HrTime,
  type Link,
  type Span,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import { announce, nanoseconds, toHrTime } from "./announcement.ts";
import { attributeNames as names, eventNames } from "./attribute-names.ts";
import type { Clock } from "./clock.ts";
import type { Counts } from "./counts.ts";
import type { Failures } from "./failures.ts";
import { LateSpan, type LateSpanSource } from "./late-span.ts";
import { type Note, notedSpans, type Notes } from "./notes.ts";
import { safely } from "./safely.ts";
import { contextOfScope, scopeIn } from "./scope-context.ts";
import { currentTracer, hasError, recordFailure, startSpan, startTimeOf } from "./scope-span.ts";

export interface ScopeOptions {
  readonly kind: "run" | "stage";
  /** The span's name. */
  readonly name: string;
  /** Asked for when they are needed first. */
  readonly attributes: () => Attributes;
  /** The run or stage that it is part of. */
  readonly within?: Scope;
  readonly parent: Context;
  readonly links?: Link[] | undefined;
  readonly clock: Clock;
}

/**
 * One open run or stage: its span, what is known of it so far, and its announcements. Ends once, whatever happens;
 * nothing in here throws.
 *
 * Where `bootstrap` sends the spans, the span is made when something needs it, and ended with the next batch (notes.ts).
 * With somebody else's OpenTelemetry setup it is made and ended at once, as that expects.
 */
export class Scope implements LateSpanSource, Note {
  readonly context: Context;
  readonly kind: "run" | "stage";
  readonly within: Scope | undefined;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  counts: Counts | undefined;
  failures: Failures | undefined;
  isAnnounced = false;
  /** The watch's list of open scopes runs through the scopes themselves. */
  previous: Scope | undefined;
  next: Scope | undefined;
  readonly #options: ScopeOptions;
  readonly #tracer: Tracer;
  readonly #notes: Notes | undefined;
  readonly #startTickMs: number;
  #endMs: number | undefined;
  #span: Span | undefined;
  #lateSpan: LateSpan | undefined;
  #attributes: Attributes | undefined;
  #isEnded = false;
  #hasFailed = false;

  constructor(options: ScopeOptions) {
    this.kind = options.kind;
    this.within = options.within;
    this.#options = options;
    const noted = notedSpans();
    this.#tracer = noted?.tracer ?? currentTracer();
    this.#notes = noted?.notes;
    this.startMs = options.clock.nowMs();
    this.#startTickMs = options.clock.monotonicMs();
    if (this.#notes === undefined) this.#span = startSpan(this.#tracer, { ...options, attributes: this.#known() });
    this.context = contextOfScope(options.parent, this);
  }

  get span(): Span {
    if (this.#notes === undefined) return this.made();
    this.#lateSpan ??= new LateSpan(this);
    return this.#lateSpan;
  }

  made(): Span {
    this.#span ??= startSpan(this.#tracer, {
      ...this.#options,
      attributes: this.#known(),
      startTime: this.startMs,
    });
    return this.#span;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Sent with the span's sampling decision: a run that is not kept must not show as one that fell silent. */
  get isSampled(): boolean {
    const span = this.made();
    return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0 && span.isRecording();
  }

  /**
   * The context in which a stage of this scope starts: the active one when it lies within this scope (so that stages
   * nest as the code does), else this scope's own (a stage started from a timer, or without a context manager).
   */
  contextForChild(active: Context): Context {
    if (active === this.context) return active;
    const inner = scopeIn(active);
    for (let scope = inner instanceof Scope ? inner : undefined; scope !== undefined; scope = scope.within)
      if (scope === this) return active;
    return this.context;
  }

  /** Says that it has begun, because its span arrives only when it has ended. */
  announce(): void {
    if (this.isAnnounced || !this.isSampled) return;
    this.isAnnounced = true;
    this.#announce(this.kind === "run" ? eventNames.runStart : eventNames.stageStart, this.#startTime(), {});
  }

  /** Says that it is still at work, and how far it is. */
  beat(): void {
    if (!this.isAnnounced || this.#isEnded || !this.isSampled) return;
    const counts: Attributes = {};
    this.counts?.addTo(counts);
    this.#announce(eventNames.heartbeat, toHrTime(this.#options.clock.nowMs()), {
      [names.spanStartTime]: nanoseconds(this.#startTime()),
      ...counts,
    });
  }

  succeed(): void {
    if (!this.#isEnded) this.#end();
  }

  fail(thrown: unknown): void {
    if (this.#isEnded) return;
    this.#hasFailed = true;
    safely(() => {
      // Before the exception, which is what happened last.
      this.failures?.finish(this.made());
      recordFailure(this.made(), thrown);
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
    this.#hasFailed = true;
    safely(() => {
      if (status === "cancelled") this.made().setAttribute(names.status, status);
      this.made().setStatus({ code: SpanStatusCode.ERROR, message: reason });
    }, undefined);
    this.#end();
  }

  /** Sets an attribute, also on the announcements that follow. */
  setAttribute(key: string, value: string | number | boolean): void {
    if (this.#isEnded) return;
    safely(() => {
      this.#known()[key] = value;
      this.#span?.setAttribute(key, value);
    }, undefined);
  }

  /** Writes the span of what has ended. */
  write(): void {
    const span = this.made();
    safely(() => {
      this.failures?.finish(span);
      if (this.counts !== undefined) {
        const counts: Attributes = {};
        this.counts.addTo(counts);
        span.setAttributes(counts);
      }
      if (!this.#hasFailed && !hasError(span)) span.setStatus({ code: SpanStatusCode.OK });
    }, undefined);
    safely(() => span.end(this.#endMs), undefined);
  }

  #end(): void {
    this.#isEnded = true;
    if (this.#notes === undefined) {
      this.write();
      return;
    }
    this.#endMs = this.startMs + this.#options.clock.monotonicMs() - this.#startTickMs;
    // What is counted after the end does not count.
    this.counts = this.counts?.copy();
    this.#notes.add(this);
  }

  #known(): Attributes {
    this.#attributes ??= safely(this.#options.attributes, {});
    return this.#attributes;
  }

  #announce(eventName: string, at: HrTime, more: Attributes): void {
    announce(this.span, eventName, at, {
      [names.spanName]: this.#options.name,
      [names.parentSpanId]: trace.getSpanContext(this.#options.parent)?.spanId,
      ...this.#known(),
      ...more,
    });
  }

  /** As the OpenTelemetry SDK's span has it, so that the announcement and the span agree; else from our clock. */
  #startTime(): HrTime {
    return startTimeOf(this.made()) ?? toHrTime(this.startMs);
  }
}
