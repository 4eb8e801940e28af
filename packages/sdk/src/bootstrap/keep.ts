import {
  type Attributes,
  type Context,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import {
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { attributeNames as names } from "../attribute-names.ts";
import { LateSpan } from "../late-span.ts";
import type { KeepRules } from "./keep-rules.ts";

/** Runs that are held back at one time; the oldest is let go for good. */
const runsMax = 256;
/** Spans of one run; further ones are let go, but for runs and stages. */
const spansPerRunMax = 2000;

/**
 * Records, without yet sampling, the runs that `base` drops, so that their end can decide. A trace whose parent in another
 * process is not sampled stays dropped: half a trace would be no use.
 */
export class KeepSampler implements Sampler {
  readonly #base: Sampler;

  constructor(base: Sampler) {
    this.#base = base;
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const result = this.#base.shouldSample(context, traceId, name, kind, attributes, links);
    if (result.decision !== SamplingDecision.NOT_RECORD) return result;
    const parent = trace.getSpan(context);
    const parentContext = parent?.spanContext();
    const isRoot = parentContext === undefined || !isSpanContextValid(parentContext);
    const isHeld = isRoot ? attributes[names.kind] === "run" : isRecorded(parent);
    return isHeld ? { ...result, decision: SamplingDecision.RECORD } : result;
  }

  toString(): string {
    return `Keep{${this.#base.toString()}}`;
  }
}

/** Holds back the spans of runs that are only recorded, and sends them all when the run's end says that it is kept. */
export class KeepProcessor implements SpanProcessor {
  readonly #rules: KeepRules;
  readonly #send: (span: ReadableSpan) => void;
  readonly #held = new Map<string, ReadableSpan[]>();

  constructor(rules: KeepRules, send: (span: ReadableSpan) => void) {
    this.#rules = rules;
    this.#send = send;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    const { traceId, traceFlags } = span.spanContext();
    if ((traceFlags & TraceFlags.SAMPLED) !== 0) return;
    const spans = this.#held.get(traceId) ?? [];
    if (spans.length < spansPerRunMax || isRunOrStage(span)) spans.push(span);
    if (span.parentSpanContext === undefined) this.#decide(traceId, span, spans);
    else this.#hold(traceId, spans);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#held.clear();
    return Promise.resolve();
  }

  #hold(traceId: string, spans: ReadableSpan[]): void {
    if (!this.#held.has(traceId) && this.#held.size === runsMax)
      for (const oldest of this.#held.keys()) {
        this.#held.delete(oldest);
        break;
      }
    this.#held.set(traceId, spans);
  }

  #decide(traceId: string, root: ReadableSpan, spans: ReadableSpan[]): void {
    this.#held.delete(traceId);
    if (!this.#isKept(root, spans)) return;
    for (const span of spans) this.#send(sampled(span));
  }

  #isKept(root: ReadableSpan, spans: readonly ReadableSpan[]): boolean {
    const { failed, unexplained, slowerThanMs } = this.#rules;
    if (slowerThanMs !== undefined && root.duration[0] * 1000 + root.duration[1] / 1e6 > slowerThanMs) return true;
    if (failed === true && spans.some(hasFailed)) return true;
    return unexplained === true && spans.some((span) => hasUnexplainedRows(span.attributes));
  }
}

function isRecorded(span: Span | undefined): boolean {
  return span instanceof LateSpan ? span.isRecorded : span?.isRecording() === true;
}

function isRunOrStage({ attributes }: ReadableSpan): boolean {
  return attributes[names.kind] === "run" || attributes[names.stage] !== undefined;
}

/** A run, a stage, or some of its records. */
function hasFailed(span: ReadableSpan): boolean {
  const failedRows = Number(span.attributes[names.failed] ?? 0);
  return failedRows > 0 || (isRunOrStage(span) && span.status.code === SpanStatusCode.ERROR);
}

function hasUnexplainedRows(attributes: Attributes): boolean {
  const count = (name: string) => Number(attributes[name] ?? 0);
  if (attributes[names.read] === undefined || attributes[names.written] === undefined) return false;
  const explained = count(names.written) + count(names.failed) + count(names.filtered) + count(names.deduplicated);
  return count(names.read) !== explained;
}

/** The same span, with the flag that says that it is kept. */
function sampled(span: ReadableSpan): ReadableSpan {
  const context = { ...span.spanContext(), traceFlags: TraceFlags.SAMPLED };
  return Object.create(span, { spanContext: { value: () => context } }) as ReadableSpan;
}
