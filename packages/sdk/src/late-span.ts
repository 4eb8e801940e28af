import type {
  AttributeValue,
  Attributes,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanStatus,
  TimeInput,
} from "@opentelemetry/api";

/** What a span that is made late stands for. */
export interface LateSpanSource {
  /** The span itself, made now if it was not yet. */
  made(): Span;
  readonly isEnded: boolean;
}

/**
 * A span that is made when something has to be known of it or written to it, which for most stages is after their end. As
 * OpenTelemetry has it, what is written to an ended span is ignored.
 */
export class LateSpan implements Span {
  readonly #source: LateSpanSource;

  constructor(source: LateSpanSource) {
    this.#source = source;
  }

  spanContext(): SpanContext {
    return this.#source.made().spanContext();
  }

  /** Whether what is made of it records, be it over or not: children of what is over are made late as well. */
  get isRecorded(): boolean {
    return this.#source.made().isRecording();
  }

  isRecording(): boolean {
    return !this.#source.isEnded && this.#source.made().isRecording();
  }

  setAttribute(key: string, value: AttributeValue): this {
    return this.#write((span) => span.setAttribute(key, value));
  }

  setAttributes(attributes: Attributes): this {
    return this.#write((span) => span.setAttributes(attributes));
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    return this.#write((span) => span.addEvent(name, attributesOrTime, time));
  }

  addLink(link: Link): this {
    return this.#write((span) => span.addLink(link));
  }

  addLinks(links: Link[]): this {
    return this.#write((span) => span.addLinks(links));
  }

  setStatus(status: SpanStatus): this {
    return this.#write((span) => span.setStatus(status));
  }

  updateName(name: string): this {
    return this.#write((span) => span.updateName(name));
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.#write((span) => span.recordException(exception, time));
  }

  end(endTime?: TimeInput): void {
    this.#write((span) => span.end(endTime));
  }

  #write(write: (span: Span) => void): this {
    if (!this.#source.isEnded) write(this.#source.made());
    return this;
  }
}
