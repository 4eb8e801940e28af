import type { KeyValue } from "../http/contract.ts";

/** `span`: it ended. `start` and `heartbeat`: the SDK announced it as a log record, since spans arrive only at their end. */
export type FactKind = "span" | "start" | "heartbeat";

/** One row of `run_facts`: what one span or announcement says about a run. Times are milliseconds since the Unix epoch. */
export interface Fact {
  kind: FactKind;
  /** When it became known here, by the engine's clock. Only signs of life are judged by it: senders' clocks may be wrong. */
  insertedAtMs: number;
  /** Lower-case hex. */
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentId: string;
  service: string;
  /** Typed JSON, as in `spans`. */
  resource: string;
  scope: string;
  name: string;
  /** The span's start, or the announcement's time. Microseconds are kept as a fraction. */
  timeMs: number;
  /** The span's end; null for announcements. */
  endMs: number | null;
  /** 0 unset, 1 ok, 2 error. */
  statusCode: number;
  statusMessage: string;
  strings: Readonly<Record<string, string>>;
  /** Decimal strings: 64 bits do not fit a number. */
  ints: Readonly<Record<string, string>>;
  /** As text where they are not finite: nan, inf, -inf. */
  doubles: Readonly<Record<string, number | string>>;
  bools: Readonly<Record<string, boolean>>;
  /** Typed JSON of the last exception event, or empty. */
  exception: string;
  /** Typed JSON of the last event that names a state, or empty. */
  stateEvent: string;
  linkSpanIds: readonly string[];
}

/** What the reader's SELECT gives (fold/facts-reader.ts). */
export interface FactRow extends Omit<
  Fact,
  "kind" | "timeMs" | "endMs" | "parentId" | "strings" | "ints" | "doubles" | "bools"
> {
  fact: string;
  parentId: string;
  startMicros: number;
  durationMicros: number;
  attributes_string: Record<string, string>;
  attributes_int: Record<string, string>;
  attributes_double: Record<string, number | string>;
  attributes_bool: Record<string, boolean>;
}

const noSpan = "0000000000000000";

export function factOf(row: FactRow): Fact {
  const { fact, startMicros, durationMicros, attributes_string, attributes_int, ...rest } = row;
  const { attributes_double, attributes_bool, ...same } = rest;
  const lastedMicros = Math.max(0, durationMicros);
  // A span without a start (0 in OTLP) did not last since 1970: all that is known is when it ended.
  const beganMicros = startMicros === 0 ? lastedMicros : startMicros;
  const kind = fact === "span" ? "span" : fact === "pipeline.heartbeat" ? "heartbeat" : "start";
  return {
    ...same,
    kind,
    parentId: same.parentId === noSpan ? "" : same.parentId,
    timeMs: beganMicros / 1000,
    // A sender may give an end before the start; the span then took no time.
    endMs: kind === "span" ? (startMicros + lastedMicros) / 1000 : null,
    strings: attributes_string,
    ints: attributes_int,
    doubles: attributes_double,
    bools: attributes_bool,
  };
}

/** An attribute as text, whatever its type (Airflow sends all of its values as strings); empty and "None" are absent. */
export function textOf(fact: Fact, key: string): string | undefined {
  const value = fact.strings[key] ?? fact.ints[key] ?? fact.doubles[key] ?? fact.bools[key];
  if (value === undefined || value === "" || value === "None") return undefined;
  return String(value);
}

/** The first of the keys that is set. */
export function firstTextOf(fact: Fact, ...keys: string[]): string | undefined {
  for (const key of keys) {
    const value = textOf(fact, key);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** An attribute as a number; undefined when it is absent or no number. */
export function numberOf(fact: Fact, key: string): number | undefined {
  const text = textOf(fact, key);
  if (text === undefined || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A count of rows or bytes: a whole number, not negative. What is none is as good as not sent. */
export function countOf(fact: Fact, key: string): number | null {
  const value = numberOf(fact, key);
  return value === undefined || value < 0 ? null : Math.round(value);
}

export function flagOf(fact: Fact, key: string): boolean | undefined {
  const text = textOf(fact, key)?.toLowerCase();
  return text === "true" || text === "1" ? true : text === "false" || text === "0" ? false : undefined;
}

/**
 * A point in time: ISO 8601 or Python's `str(datetime)`; without a zone it is UTC.
 * @returns milliseconds since the Unix epoch, or undefined
 */
export function timeOf(fact: Fact, ...keys: string[]): number | undefined {
  const text = firstTextOf(fact, ...keys);
  return text === undefined ? undefined : parseTime(text);
}

export function parseTime(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?/i.exec(text.trim());
  const zone = (match?.[3] ?? "Z").replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  const value = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}${zone}`);
  return Number.isNaN(value) ? undefined : value;
}

function doubleOf(value: number | string): number | "NaN" | "Infinity" | "-Infinity" {
  if (typeof value === "number") return value;
  return value === "inf" ? "Infinity" : value === "-inf" ? "-Infinity" : "NaN";
}

/** Attributes as the API gives them, by key. */
export function keyValuesOf(fact: Fact, isWanted: (key: string) => boolean): KeyValue[] {
  const all: KeyValue[] = [
    ...Object.entries(fact.strings).map(([key, value]) => ({ key, value: { stringValue: value } })),
    ...Object.entries(fact.ints).map(([key, value]) => ({ key, value: { intValue: value } })),
    ...Object.entries(fact.doubles).map(([key, value]) => ({ key, value: { doubleValue: doubleOf(value) } })),
    ...Object.entries(fact.bools).map(([key, value]) => ({ key, value: { boolValue: value } })),
  ];
  return all.filter(({ key }) => isWanted(key)).sort((a, b) => (a.key < b.key ? -1 : 1));
}
