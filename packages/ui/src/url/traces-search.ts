import { present, readChoice, readText } from "./search-string.ts";

export const traceWindows = ["15m", "1h", "6h", "24h", "7d"] as const;
export type TraceWindow = (typeof traceWindows)[number];

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
  window?: TraceWindow;
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
