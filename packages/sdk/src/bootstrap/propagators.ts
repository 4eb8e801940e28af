import type { TextMapPropagator } from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { B3Propagator } from "./b3-propagator.ts";

const known: Record<string, () => TextMapPropagator> = {
  tracecontext: () => new W3CTraceContextPropagator(),
  baggage: () => new W3CBaggagePropagator(),
  b3: () => new B3Propagator("single"),
  b3multi: () => new B3Propagator("multi"),
};

/** The propagator for OTEL_PROPAGATORS; names that are not known are reported and left out. */
export function propagatorFor(names: readonly string[], complain: (text: string) => void): TextMapPropagator {
  const propagators: TextMapPropagator[] = [];
  for (const name of new Set(names)) {
    const make = known[name];
    if (make !== undefined) propagators.push(make());
    else if (name !== "none") complain(`OTEL_PROPAGATORS: "${name}" is not known here and left out`);
  }
  return new CompositePropagator({ propagators });
}
