import type { Context } from "@opentelemetry/api";
import { extractFrom, injectInto } from "./propagation.ts";

/** Headers as `fetch`, undici, node:http and the frameworks on top of them have them. */
export type HttpHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | number | undefined>>
  | readonly (readonly [string, string])[];

/** HTTP requests and responses. */
export const http = {
  /** A copy of `headers` with the trace of what is active. For `fetch`, undici and `http.request`. */
  inject(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
    const injected = { ...headers };
    injectInto(injected, { set: (carrier, key, value) => void (carrier[key] = value) });
    return injected;
  },

  /** The trace that a request carries. Header names may have any case. */
  extract(headers: HttpHeaders): Context {
    return extractFrom(headers, { keys: () => [], get: headerOf });
  },
};

function headerOf(headers: HttpHeaders, name: string): string | undefined {
  if (isHeaders(headers)) return headers.get(name) ?? undefined;
  const entries = isPairs(headers) ? headers : Object.entries(headers);
  const found: string[] = [];
  for (const [key, value] of entries)
    if (key.toLowerCase() === name.toLowerCase() && value !== undefined)
      found.push(typeof value === "object" ? value.join(",") : String(value));
  // Several lines of one field are one value (RFC 9110, section 5.3).
  return found.length === 0 ? undefined : found.join(",");
}

function isHeaders(headers: HttpHeaders): headers is { get(name: string): string | null } {
  return typeof (headers as { get?: unknown }).get === "function";
}

function isPairs(headers: HttpHeaders): headers is readonly (readonly [string, string])[] {
  return Array.isArray(headers);
}
