import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";

/**
 * The query string of one request, read with errors that say which parameter, what it held and what it may hold.
 * An empty value counts as not given, since that is what a cleared field of a form sends.
 */
export class Parameters {
  readonly #values: URLSearchParams;

  constructor(url: string) {
    this.#values = new URL(url, "http://localhost").searchParams;
  }

  /** @throws SightglassError invalid_argument: a name that the route does not know is a mistake, not a wish to ignore. */
  only(...names: string[]): this {
    for (const name of this.#values.keys()) {
      if (names.includes(name)) continue;
      throw new SightglassError("invalid_argument", `unknown parameter "${name}"`, {
        hint: `this path takes ${names.length === 0 ? "none" : names.join(", ")}`,
      });
    }
    return this;
  }

  text(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  /** Every value of a repeated parameter. */
  texts(name: string): string[] {
    return this.#values.getAll(name).filter((value) => value !== "");
  }

  /** A repeated or comma separated parameter whose values are of a closed list. */
  choices<Choice extends string>(name: string, allowed: readonly Choice[]): Choice[] {
    const given = this.texts(name).flatMap((value) => value.split(",").map((part) => part.trim()));
    return [...new Set(given)].map((value) => {
      const found = allowed.find((choice) => choice === value);
      if (found === undefined) throw wrong(name, value, `one of ${allowed.join(", ")}`);
      return found;
    });
  }

  /** One value of a closed list. */
  choice<Choice extends string>(name: string, allowed: readonly Choice[]): Choice | undefined {
    const [first, ...others] = this.choices(name, allowed);
    if (others.length > 0) throw wrong(name, others.join(","), `one value of ${allowed.join(", ")}`);
    return first;
  }

  /** A whole number within bounds, both included. */
  integer(name: string, bounds: { least: number; most: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= bounds.least && value <= bounds.most) return value;
    throw wrong(name, text, `a whole number from ${bounds.least} to ${bounds.most}`);
  }

  /** How many items a list may have. */
  limit(): number {
    return this.integer("limit", { least: 1, most: limits.listLimitMax.value }) ?? limits.listLimitDefault.value;
  }

  /** A point in time, in milliseconds since the Unix epoch: ISO 8601 (UTC where it names no zone), or epoch seconds. */
  timeMs(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (/^\d{1,11}(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
    // The plus of "+02:00" arrives as a blank when a client did not encode it.
    const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+ -]\d{2}:?\d{2})?)?$/i.exec(text);
    const zone = iso?.[3]?.replace(" ", "+") ?? "Z";
    const value = iso === null ? Number.NaN : Date.parse(`${iso[1]}T${iso[2] ?? "00:00"}${zone}`);
    if (Number.isNaN(value)) throw wrong(name, text, "a time such as 2026-11-20T03:00:00Z, or seconds since 1970");
    return value;
  }

  /** `start` and `end`, in that order of time. */
  timeRange(): { startMs: number | undefined; endMs: number | undefined } {
    const [startMs, endMs] = [this.timeMs("start"), this.timeMs("end")];
    if (startMs !== undefined && endMs !== undefined && startMs > endMs)
      throw new SightglassError("invalid_argument", "start is after end", { hint: "swap them, or leave one out" });
    return { startMs, endMs };
  }

  /** A length of time in milliseconds: `250ms`, `1.5s`, `10m`, `2h`, `7d`, `1w`. */
  durationMs(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const match = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)$/.exec(text);
    const unitMs = unitsMs[match?.[2] ?? ""];
    if (match === null || unitMs === undefined) throw wrong(name, text, "a duration such as 250ms, 10s, 5m, 24h or 7d");
    return Number(match[1]) * unitMs;
  }
}

const unitsMs: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

function wrong(name: string, value: string, expected: string): SightglassError {
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  return new SightglassError("invalid_argument", `parameter ${name}: "${shown}" is not ${expected}`, {
    hint: `send ${name} as ${expected}, or leave it out`,
  });
}
