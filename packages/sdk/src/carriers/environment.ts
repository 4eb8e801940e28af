import type { Context } from "@opentelemetry/api";
import { extractFrom, injectInto } from "./propagation.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variables are upper case, and hold only letters, digits and underscores (OpenTelemetry, "Environment variables as context propagation carriers"). */
const variableOf = (key: string) => key.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_");

/** To and from child processes. */
export const environment = {
  /** A copy of `base` (default: ours) with TRACEPARENT, TRACESTATE and BAGGAGE of what is active. For `spawn`'s `env`. */
  inject(base: Environment = process.env): Record<string, string> {
    const child: Record<string, string> = {};
    for (const [name, value] of Object.entries(base)) if (value !== undefined) child[name] = value;
    injectInto(child, { set: (carrier, key, value) => void (carrier[variableOf(key)] = value) });
    return child;
  },

  /** What the parent process handed down. `pipeline` does this by itself. */
  extract(from: Environment = process.env): Context {
    return extractFrom(from, {
      keys: (carrier) => Object.keys(carrier),
      get: (carrier, key) => carrier[variableOf(key)],
    });
  },
};
