import { present, readChoice, readText } from "./search-string.ts";

/** `/traces/ID` */
export interface TraceSearch {
  /** The selected span's id. */
  span?: string;
  /** Find in the trace; the words of waterfall/find-spans.ts. */
  q?: string;
  /** `1` shows the critical path. */
  critical?: "1";
  /** What bars are coloured by; the service when absent. */
  colour?: "status";
  /** The part in sight, `from-to` in nanoseconds since the trace's start; the whole when absent. */
  zoom?: string;
  /** `1` opens the selected span's profile. */
  profile?: "1";
}

/** Sets these parts of the URL and leaves the others; undefined takes one out. */
export type ChangeSearch = (change: Partial<Record<keyof TraceSearch, string | undefined>>) => void;

export function parseTraceSearch(raw: Record<string, unknown>): TraceSearch {
  return present({
    span: readText(raw, "span"),
    q: readText(raw, "q"),
    critical: readChoice(raw, "critical", ["1"] as const),
    colour: readChoice(raw, "colour", ["status"] as const),
    zoom: readText(raw, "zoom"),
    profile: readChoice(raw, "profile", ["1"] as const),
  });
}

/** Null for the whole trace, and for what is not a range. */
export function parseZoom(zoom: string | undefined): { fromNs: number; toNs: number } | null {
  const [, from, to] = /^(\d{1,18})-(\d{1,18})$/.exec(zoom ?? "") ?? [];
  const [fromNs, toNs] = [Number(from), Number(to)];
  return from !== undefined && toNs > fromNs ? { fromNs, toNs } : null;
}
