import { type Context, isSpanContextValid, propagation, trace } from "@opentelemetry/api";
import { activeFields, contextOf } from "./fields.ts";
import { reader } from "./reader.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Upper case, and only letters, digits and underscores (OpenTelemetry, "Environment variables as context propagation carriers"). */
export const variableOf = (field: string) => field.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_");

const read = reader((from: Environment) => contextOf((field) => from[variableOf(field)]));

/** To and from child processes. */
export const environment = {
  ...read,

  /** A copy of `base` (default: ours) with TRACEPARENT, TRACESTATE and BAGGAGE of what is active. For `spawn`'s `env`. */
  inject(base?: Environment | null): Record<string, string> {
    const child: Record<string, string> = {};
    for (const [name, value] of Object.entries(base ?? process.env)) if (value !== undefined) child[name] = value;
    for (const [field, value] of Object.entries(activeFields())) child[variableOf(field)] = value;
    return child;
  },

  /** What the parent process handed down in its environment (default: ours). `pipeline` does this by itself. */
  extract: (from: Environment = process.env): Context => read.extract(from),
};

/** The context to start a run in: the active one when it has a span, else with what the parent process handed down. */
export function inheritedContext(active: Context, from: Environment = process.env): Context {
  const current = trace.getSpanContext(active);
  if (current !== undefined && isSpanContextValid(current)) return active;
  const handedDown = environment.extract(from);
  const parent = trace.getSpanContext(handedDown);
  if (parent === undefined) return active;
  const baggage = propagation.getBaggage(active) ?? propagation.getBaggage(handedDown);
  const context = trace.setSpanContext(active, parent);
  return baggage === undefined ? context : propagation.setBaggage(context, baggage);
}
