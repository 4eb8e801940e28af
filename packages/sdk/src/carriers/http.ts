import { activeFields, contextOf } from "./fields.ts";
import { reader } from "./reader.ts";

/** Headers as `fetch`, undici, node:http and the frameworks on top of them have them. */
export type HttpHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | number | undefined>>
  | readonly (readonly [string, string])[];

/** HTTP requests and responses. */
export const http = {
  /** A copy of `headers`, in any form that `fetch` takes, with the trace of what is active. For `fetch`, undici and `http.request`. */
  inject(
    headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]> | null,
  ): Record<string, string> {
    const fields = activeFields();
    const given = headers ?? {};
    const others = [...(isIterable(given) ? given : Object.entries(given))].filter(
      ([name]) => !Object.hasOwn(fields, name.toLowerCase()),
    );
    return { ...Object.fromEntries(others), ...fields };
  },

  /** Header names may have any case. */
  ...reader((headers: HttpHeaders) => contextOf((field) => headerOf(headers, field))),
};

function headerOf(headers: HttpHeaders, name: string): string | undefined {
  if (isHeaders(headers)) return headers.get(name) ?? undefined;
  const entries = isPairs(headers) ? headers : Object.entries(headers);
  const found: string[] = [];
  for (const [key, value] of entries)
    if (key.toLowerCase() === name && value !== undefined)
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

function isIterable(headers: object): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}
