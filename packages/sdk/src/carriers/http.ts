import { safely } from "../safely.ts";
import { activeFields, contextOf } from "./fields.ts";
import { reader } from "./reader.ts";

type HeaderValue = string | readonly string[] | number | undefined;

/**
 * Headers as `fetch`, undici, node:http and the frameworks on top of them have them: an object, pairs, or names and values in turn
 * (`request.rawHeaders`).
 */
export type HttpHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, HeaderValue>>
  | readonly (readonly [string, string])[]
  | readonly string[];

/** HTTP requests and responses. */
export const http = {
  /**
   * A copy of `headers`, in any form that `fetch`, undici and node:http take, with the trace of what is active. It is an object, which
   * all of them take.
   */
  inject(
    headers?: Readonly<Record<string, HeaderValue>> | Iterable<readonly [string, string]> | readonly string[] | null,
  ): Record<string, string> {
    const fields = activeFields();
    const others = safely(() => entriesOf(headers ?? {}), []).filter(
      ([name]) => !Object.hasOwn(fields, name.toLowerCase()),
    );
    return { ...Object.fromEntries(others), ...fields };
  },

  /** Header names may have any case. */
  ...reader((headers: HttpHeaders) => contextOf((field) => headerOf(headers, field))),
};

function headerOf(headers: HttpHeaders, name: string): string | undefined {
  if (isHeaders(headers)) return headers.get(name) ?? undefined;
  const found = entriesOf(headers).filter(([key]) => key.toLowerCase() === name);
  // Several lines of one field are one value (RFC 9110, section 5.3).
  return found.length === 0 ? undefined : found.map(([, value]) => value).join(",");
}

/** What is undefined is not there. */
function entriesOf(headers: object): [name: string, value: string][] {
  const entries: [unknown, unknown][] = isFlat(headers)
    ? headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]]] : []))
    : [...(isIterable(headers) ? headers : Object.entries(headers))];
  return entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [String(name), Array.isArray(value) ? value.join(",") : String(value)]);
}

function isHeaders(headers: HttpHeaders): headers is { get(name: string): string | null } {
  return typeof (headers as { get?: unknown }).get === "function";
}

function isFlat(headers: object): headers is readonly string[] {
  return Array.isArray(headers) && headers.every((part) => typeof part === "string");
}

function isIterable(headers: object): headers is Iterable<[unknown, unknown]> {
  return Symbol.iterator in Object(headers);
}
