import type { Fact } from "../fact.ts";

/** A fact as tests and fixtures write it: seconds on a clock that starts at `epochMs`, short ids, plain attributes. */
export interface ShortFact {
  kind?: Fact["kind"];
  trace?: string;
  span: string;
  parent?: string;
  name?: string;
  service?: string;
  scope?: string;
  /** Seconds. */
  start: number;
  /** Seconds; an announcement has none. */
  end?: number;
  /** When it became known here, in seconds; by default when it ended or was announced. */
  heard?: number;
  status?: "ok" | "error";
  message?: string;
  exception?: { type: string; message: string };
  prefectState?: string;
  links?: string[];
  /** Only through the store: facts carry no other events. */
  events?: { name: string; at?: number; attributes: Record<string, string | number | boolean> }[];
  /** A whole number is an int; text as it is. */
  attributes?: Record<string, string | number | boolean>;
}

export const epochMs = Date.UTC(2026, 10, 20, 3);

/** Any short word as an id of so many hex digits. */
export function hexId(word: string, digits: number): string {
  return Buffer.from(word).toString("hex").padEnd(digits, "0").slice(0, digits);
}

export function factFrom(short: ShortFact): Fact {
  const kind = short.kind ?? "span";
  const entries = Object.entries(short.attributes ?? {});
  const of = <Value>(type: string, convert: (value: string | number | boolean) => Value) =>
    Object.fromEntries(
      entries.filter(([, value]) => typeof value === type).map(([key, value]) => [key, convert(value)]),
    );
  const { exception, prefectState } = short;
  return {
    kind,
    insertedAtMs: epochMs + (short.heard ?? short.end ?? short.start) * 1000,
    traceId: hexId(short.trace ?? "trace", 32),
    spanId: hexId(short.span, 16),
    parentId: short.parent === undefined ? "" : hexId(short.parent, 16),
    service: short.service ?? "flights",
    resource: `{"attributes":{"service.name":"${short.service ?? "flights"}"},"droppedAttributesCount":0,"schemaUrl":""}`,
    scope: `{"name":"${short.scope ?? "test"}","version":"","attributes":{},"droppedAttributesCount":0,"schemaUrl":""}`,
    name: short.name ?? short.span,
    timeMs: epochMs + short.start * 1000,
    endMs: kind === "span" ? epochMs + Math.max(short.start, short.end ?? 0) * 1000 : null,
    statusCode: short.status === "error" ? 2 : short.status === "ok" ? 1 : 0,
    statusMessage: short.message ?? "",
    strings: of("string", String),
    ints: of("number", String),
    doubles: {},
    bools: of("boolean", Boolean),
    exception:
      exception === undefined
        ? ""
        : JSON.stringify({
            attributes: { "exception.type": exception.type, "exception.message": exception.message },
            droppedAttributesCount: 0,
          }),
    stateEvent:
      prefectState === undefined ? "" : JSON.stringify({ attributes: { "prefect.state.type": prefectState } }),
    linkSpanIds: (short.links ?? []).map((word) => hexId(word, 16)),
  };
}
