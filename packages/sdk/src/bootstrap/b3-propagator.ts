import {
  type Context,
  isSpanContextValid,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
  TraceFlags,
} from "@opentelemetry/api";

const multi = { traceId: "x-b3-traceid", spanId: "x-b3-spanid", sampled: "x-b3-sampled", flags: "x-b3-flags" } as const;
const single = "b3";
const singleForm = /^([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/;

/** Zipkin's B3 headers (github.com/openzipkin/b3-propagation): reads both forms, the single one first; writes one. */
export class B3Propagator implements TextMapPropagator {
  readonly #writes: "single" | "multi";

  constructor(writes: "single" | "multi") {
    this.#writes = writes;
  }

  inject(from: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(from);
    if (span === undefined || !isSpanContextValid(span)) return;
    const sampled = (span.traceFlags & TraceFlags.SAMPLED) === 0 ? "0" : "1";
    if (this.#writes === "single") {
      setter.set(carrier, single, `${span.traceId}-${span.spanId}-${sampled}`);
      return;
    }
    setter.set(carrier, multi.traceId, span.traceId);
    setter.set(carrier, multi.spanId, span.spanId);
    setter.set(carrier, multi.sampled, sampled);
  }

  extract(onto: Context, carrier: unknown, getter: TextMapGetter): Context {
    const get = (key: string) => {
      const value = getter.get(carrier, key);
      return (Array.isArray(value) ? value[0] : value)?.trim().toLowerCase();
    };
    const parent = parseSingle(get(single)) ?? parseMulti(get);
    return parent === undefined ? onto : trace.setSpanContext(onto, parent);
  }

  fields(): string[] {
    return this.#writes === "single" ? [single] : [multi.traceId, multi.spanId, multi.sampled, multi.flags];
  }
}

function parseSingle(header: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, sampled] = singleForm.exec(header ?? "") ?? [];
  return spanContext(traceId, spanId, sampled === "1" || sampled === "d");
}

function parseMulti(get: (key: string) => string | undefined): SpanContext | undefined {
  const sampled = get(multi.sampled);
  // Older writers say "true"; the debug flag implies a decision to keep.
  return spanContext(
    get(multi.traceId),
    get(multi.spanId),
    sampled === "1" || sampled === "true" || get(multi.flags) === "1",
  );
}

function spanContext(traceId: string | undefined, spanId: string | undefined, isSampled: boolean) {
  if (traceId === undefined || spanId === undefined) return undefined;
  const parsed: SpanContext = {
    // 64-bit trace ids are padded on the left.
    traceId: traceId.padStart(32, "0"),
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  };
  return isSpanContextValid(parsed) ? parsed : undefined;
}
