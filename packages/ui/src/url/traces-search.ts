import { present, readChoice, readText } from "./search-string.ts";

export const traceWindows = ["15m", "1h", "6h", "24h", "7d"] as const;
export type TraceWindow = (typeof traceWindows)[number];
export const traceWindowDefault: TraceWindow = "24h";

const minuteMs = 60_000;
export const traceWindowMs: Record<TraceWindow, number> = {
  "15m": 15 * minuteMs,
  "1h": 60 * minuteMs,
  "6h": 360 * minuteMs,
  "24h": 1_440 * minuteMs,
  "7d": 10_080 * minuteMs,
};

/** `/traces`: the search, as `GET /api/traces` takes it. */
export interface TracesSearch {
  service?: string;
  name?: string;
  /** With a unit, such as `10ms` or `2s`. */
  minDuration?: string;
  maxDuration?: string;
  status?: "error" | "ok";
  /** `key=value`, all must hold on one span. */
  attributes?: string[];
  /** Up to now; `start` and `end` go before it. */
  window?: TraceWindow;
  /** ISO 8601: a fixed part of the past. */
  start?: string;
  end?: string;
}

export function parseTracesSearch(raw: Record<string, unknown>): TracesSearch {
  return present({
    service: readText(raw, "service"),
    name: readText(raw, "name"),
    minDuration: readText(raw, "minDuration"),
    maxDuration: readText(raw, "maxDuration"),
    status: readChoice(raw, "status", ["error", "ok"] as const),
    attributes: readAttributes(raw),
    window: readChoice(raw, "window", traceWindows),
    start: readInstant(raw, "start"),
    end: readInstant(raw, "end"),
  });
}

/** Not split at commas: values may hold them. */
function readAttributes(raw: Record<string, unknown>): string[] | undefined {
  const value = raw["attributes"];
  const items = (Array.isArray(value) ? value : [value]).filter(
    (item): item is string => typeof item === "string" && item !== "",
  );
  return items.length === 0 ? undefined : items;
}

function readInstant(raw: Record<string, unknown>, key: string): string | undefined {
  const text = readText(raw, key);
  return text === undefined || Number.isNaN(Date.parse(text)) ? undefined : text;
}
