import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type TextMapGetter,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import { formatBaggage, formatTraceparent, parseBaggage, parseTraceparent } from "../environment.ts";
import { safely } from "../safely.ts";

/**
 * Writes the active trace and baggage to a carrier, with the propagators that are registered (OTEL_PROPAGATORS), else in
 * the W3C formats. Never throws.
 */
export function injectInto<Carrier>(carrier: Carrier, setter: TextMapSetter<Carrier>, from = context.active()): void {
  safely(() => {
    if (propagation.fields().length > 0) propagation.inject(from, carrier, setter);
    else injectW3c(carrier, setter, from);
  }, undefined);
}

/** The context that a carrier holds, on top of the root: what another process sent has nothing to do with what is active here. */
export function extractFrom<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
  return safely(
    () =>
      propagation.fields().length > 0
        ? propagation.extract(ROOT_CONTEXT, carrier, getter)
        : extractW3c(carrier, getter),
    ROOT_CONTEXT,
  );
}

function injectW3c<Carrier>(carrier: Carrier, setter: TextMapSetter<Carrier>, from: Context): void {
  const span = trace.getSpanContext(from);
  const traceparent = span === undefined ? undefined : formatTraceparent(span);
  if (traceparent !== undefined) setter.set(carrier, "traceparent", traceparent);
  const tracestate = span?.traceState?.serialize();
  if (tracestate !== undefined && tracestate !== "") setter.set(carrier, "tracestate", tracestate);
  const baggage = propagation.getBaggage(from);
  if (baggage !== undefined) setter.set(carrier, "baggage", formatBaggage(baggage));
}

function extractW3c<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
  const text = (key: string) => {
    const value = getter.get(carrier, key);
    return Array.isArray(value) ? value[0] : value;
  };
  const parent = parseTraceparent(text("traceparent") ?? "", text("tracestate"));
  const baggage = parseBaggage(text("baggage") ?? "");
  const withSpan = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  return baggage === undefined ? withSpan : propagation.setBaggage(withSpan, baggage);
}
