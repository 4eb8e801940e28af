import {
  context,
  type ContextManager,
  type MeterProvider,
  metrics,
  propagation,
  ProxyTracerProvider,
  type TextMapPropagator,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";
import { type LoggerProvider, logs } from "@opentelemetry/api-logs";
import { scopeName } from "../attribute-names.ts";
import { type Notes, noteSpans } from "../notes.ts";
import { version } from "../version.ts";

/** Whether this thread has a tracer provider already. The API only shows it by the delegate of its proxy. */
export function hasTracerProvider(): boolean {
  const current = trace.getTracerProvider();
  if (!(current instanceof ProxyTracerProvider)) return true;
  return current.getDelegate() !== new ProxyTracerProvider().getDelegate();
}

export interface Registration {
  readonly tracerProvider: TracerProvider;
  readonly loggerProvider: LoggerProvider;
  /** Undefined where no metrics are wanted. */
  readonly meterProvider: MeterProvider | undefined;
  /** Where runs and stages note their end; undefined where their spans end at once. */
  readonly spanNotes: Notes | undefined;
  readonly contextManager: ContextManager;
  readonly propagator: TextMapPropagator;
}

/** Registers all parts globally; the returned function takes off those that this call put on. */
export function register(parts: Registration): () => void {
  const undo: (() => void)[] = [];
  if (trace.setGlobalTracerProvider(parts.tracerProvider)) {
    undo.push(() => trace.disable());
    if (parts.spanNotes !== undefined)
      undo.push(noteSpans({ notes: parts.spanNotes, tracer: parts.tracerProvider.getTracer(scopeName, version) }));
  }
  if (logs.setGlobalLoggerProvider(parts.loggerProvider) === parts.loggerProvider) undo.push(() => logs.disable());
  if (parts.meterProvider !== undefined && metrics.setGlobalMeterProvider(parts.meterProvider))
    undo.push(() => metrics.disable());
  if (context.setGlobalContextManager(parts.contextManager)) undo.push(() => context.disable());
  if (propagation.setGlobalPropagator(parts.propagator)) undo.push(() => propagation.disable());
  return () => {
    for (const step of undo.toReversed()) step();
  };
}
