import { present, readText } from "./search-string.ts";

/** `/traces/ID` */
export interface TraceSearch {
  /** The selected span's id. */
  span?: string;
  /** Find in the trace. */
  q?: string;
  /** Only spans of this service. */
  service?: string;
}

export function parseTraceSearch(raw: Record<string, unknown>): TraceSearch {
  return present({ span: readText(raw, "span"), q: readText(raw, "q"), service: readText(raw, "service") });
}
