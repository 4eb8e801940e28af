import { context, trace } from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";

/** An OpenTelemetry setup in this process that keeps everything in memory. */
export class Memory {
  readonly #spans = new InMemorySpanExporter();
  readonly #logs = new InMemoryLogRecordExporter();

  constructor(options: { sampler?: Sampler; processors?: SpanProcessor[]; withContextManager?: boolean } = {}) {
    const { sampler, processors = [], withContextManager = true } = options;
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({
        spanProcessors: [new SimpleSpanProcessor(this.#spans), ...processors],
        ...(sampler === undefined ? {} : { sampler }),
      }),
    );
    logs.setGlobalLoggerProvider(
      new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: this.#logs })] }),
    );
    if (withContextManager) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  }

  get spans(): ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }

  get logs(): ReadableLogRecord[] {
    return this.#logs.getFinishedLogRecords();
  }

  span(name: string): ReadableSpan {
    const found = this.spans.find((span) => span.name === name);
    if (found === undefined) throw new Error(`no span "${name}" among ${this.spans.map((span) => span.name).join()}`);
    return found;
  }

  remove(): void {
    trace.disable();
    logs.disable();
    context.disable();
  }
}
