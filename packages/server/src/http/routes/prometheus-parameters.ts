import { parseDurationMs, parseSelector, PromqlError, type Matcher } from "@sightglass/promql";
import type { Context } from "hono";
import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";

/** The parameters of a request, from its URL and, of a POST, from its form, where the form's count first. */
export class PrometheusParameters {
  readonly #form: URLSearchParams;
  readonly #query: URLSearchParams;

  private constructor(form: URLSearchParams, query: URLSearchParams) {
    this.#form = form;
    this.#query = query;
  }

  /** @throws SightglassError payload_too_large */
  static async of(context: Context): Promise<PrometheusParameters> {
    const query = new URL(context.req.url, "http://localhost").searchParams;
    const isForm = /^application\/x-www-form-urlencoded/i.test(context.req.header("content-type") ?? "");
    if (context.req.method !== "POST" || !isForm) return new PrometheusParameters(new URLSearchParams(), query);
    const body = await readBody(context, limits.queryFormBytesMax.value);
    return new PrometheusParameters(new URLSearchParams(new TextDecoder().decode(body)), query);
  }

  text(name: string): string | undefined {
    return this.#form.get(name) || this.#query.get(name) || undefined;
  }

  texts(name: string): string[] {
    return [...this.#form.getAll(name), ...this.#query.getAll(name)];
  }

  /** @throws SightglassError invalid_argument */
  required(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw invalid(name, "it is required");
    return text;
  }

  /** Seconds since the Unix epoch, or RFC 3339, in whole milliseconds. @throws SightglassError invalid_argument */
  timeMs(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const timeMs = parseTimeMs(text);
    if (timeMs === undefined) throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
    return timeMs;
  }

  requiredTimeMs(name: string): number {
    this.required(name);
    return this.timeMs(name) ?? 0;
  }

  /** Seconds, or a duration such as `5m`. @throws SightglassError invalid_argument */
  durationMs(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const seconds = isNumber(text) ? Number(text) : Number.NaN;
    const durationMs = Number.isNaN(seconds) ? parseDurationMs(text) : Math.round(seconds * 1000);
    if (durationMs === undefined || !(Math.abs(durationMs) < 9.2e15))
      throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
    return durationMs;
  }

  /** A whole number from 0 on; 0 means no limit. @throws SightglassError invalid_argument */
  limit(name = "limit"): number {
    const text = this.text(name);
    if (text === undefined) return 0;
    if (!/^\d{1,9}$/.test(text)) throw invalid(name, "limit must be a non-negative number");
    return Number(text);
  }

  /** Set to what Go takes for true. @throws SightglassError invalid_argument */
  flag(name: string): boolean {
    const text = this.text(name);
    if (text === undefined || ["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
    if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
    throw invalid(name, `cannot parse ${JSON.stringify(text)} to a boolean`);
  }

  /** One selector, which may match everything. @throws SightglassError */
  selector(name: string): readonly Matcher[] {
    return selectorOf(this.required(name), name).matchers;
  }

  /** The selectors of `match[]`. @throws SightglassError, PromqlError */
  selectors(): (readonly Matcher[])[] {
    return this.texts("match[]").map((text) => {
      const { matchers } = selectorOf(text, "match[]");
      if (matchers.every((matcher) => matcher.matches("")))
        throw invalid("match[]", "match[] must contain at least one non-empty matcher");
      return matchers;
    });
  }
}

function selectorOf(text: string, name: string) {
  try {
    return parseSelector(text);
  } catch (thrown) {
    if (thrown instanceof PromqlError) throw invalid(name, thrown.message);
    throw thrown;
  }
}

/** As Prometheus says it. */
export const noSelector = (): SightglassError =>
  new SightglassError("invalid_argument", "no match[] parameter provided");

export function invalid(name: string, what: string): SightglassError {
  return new SightglassError("invalid_argument", `invalid parameter "${name}": ${what}`);
}

const isNumber = (text: string): boolean => /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text);

/** What clients send for "the beginning" and "the end" of time (Go's smallest and largest). */
const extremes: Readonly<Record<string, number>> = {
  "-292273086-05-16T16:47:06Z": -2_208_988_800_000,
  "292277025-08-18T07:12:54.999999999Z": 10_413_791_999_000,
};

function parseTimeMs(text: string): number | undefined {
  if (extremes[text] !== undefined) return extremes[text];
  if (isNumber(text)) return Math.round(Number(text) * 1000);
  // The plus of "+02:00" arrives as a blank when a client did not encode it.
  const iso = text.replace(/ (\d{2}:\d{2})$/, "+$1");
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i.test(iso)) return undefined;
  const timeMs = Date.parse(iso);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** A request's body within a limit. @throws SightglassError payload_too_large */
export async function readBody(context: Context, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (context.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > bytesMax)
      throw new SightglassError("payload_too_large", `the body has more than ${bytesMax} bytes, which is the limit`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
