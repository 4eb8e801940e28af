import { present, readChoice, readText } from "./search-string.ts";

/** Ends now. */
export const exploreRanges = ["5m", "15m", "1h", "6h", "24h", "7d", "30d"] as const;
export const exploreRangeDefault = "1h";
export const exploreViews = ["graph", "table", "points"] as const;
export type ExploreView = (typeof exploreViews)[number];
export const exploreModes = ["lines", "stacked", "heatmap"] as const;
export type ExploreMode = (typeof exploreModes)[number];
export const refreshes = ["5s", "15s", "1m", "5m"] as const;
export type Refresh = (typeof refreshes)[number];

/** `/explore`: everything that is on screen. */
export interface ExploreSearch {
  /** The queries, in order. */
  expr?: string[];
  /** `N:format`: how series of query N (from 1) are named, with `{{label}}` in it. */
  legend?: string[];
  /** Queries (from 1) that are not shown. */
  hide?: string[];
  /** A duration up to now; `start` and `end` go before it. The default when absent. */
  range?: string;
  /** ISO 8601. */
  start?: string;
  end?: string;
  /** A duration; chosen by the range when absent. */
  step?: string;
  view?: ExploreView;
  /** By the result when absent. */
  mode?: ExploreMode;
  exemplars?: "1";
  explain?: "1";
  refresh?: Refresh;
  /** Names of series that are toggled off. */
  off?: string[];
}

export function parseExploreSearch(raw: Record<string, unknown>): ExploreSearch {
  const [start, end] = [readInstant(raw, "start"), readInstant(raw, "end")];
  const isFixed = start !== undefined && end !== undefined && Date.parse(start) < Date.parse(end);
  return present({
    expr: readAll(raw, "expr"),
    legend: readAll(raw, "legend")?.filter((item) => /^[1-9]\d*:/.test(item)),
    hide: readAll(raw, "hide")?.filter((item) => /^[1-9]\d*$/.test(item)),
    range: isFixed ? undefined : readDuration(raw, "range"),
    start: isFixed ? start : undefined,
    end: isFixed ? end : undefined,
    step: readDuration(raw, "step"),
    view: readChoice(raw, "view", exploreViews),
    mode: readChoice(raw, "mode", exploreModes),
    exemplars: readChoice(raw, "exemplars", ["1"] as const),
    explain: readChoice(raw, "explain", ["1"] as const),
    refresh: readChoice(raw, "refresh", refreshes),
    off: readAll(raw, "off"),
  });
}

/** One query of the view. */
export interface ExploreQuery {
  expr: string;
  /** "" names series by their labels. */
  legend: string;
  isHidden: boolean;
}

export function queriesOf({ expr = [], legend = [], hide = [] }: ExploreSearch): ExploreQuery[] {
  return expr.map((text, index) => {
    const prefix = `${index + 1}:`;
    return {
      expr: text,
      legend: legend.find((item) => item.startsWith(prefix))?.slice(prefix.length) ?? "",
      isHidden: hide.includes(String(index + 1)),
    };
  });
}

/** The keys that hold the queries; empty queries are left out. Undefined keys are to be taken out of the URL. */
export function searchOfQueries(queries: readonly ExploreQuery[]): {
  [K in "expr" | "legend" | "hide"]: string[] | undefined;
} {
  const kept = queries.filter(({ expr }) => expr.trim() !== "");
  const list = (items: string[]) => (items.length === 0 ? undefined : items);
  return {
    expr: list(kept.map(({ expr }) => expr)),
    legend: list(kept.flatMap(({ legend }, index) => (legend === "" ? [] : [`${index + 1}:${legend}`]))),
    hide: list(kept.flatMap(({ isHidden }, index) => (isHidden ? [String(index + 1)] : []))),
  };
}

const units: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Prometheus' durations: `90s`, `1h30m`, `7d`. Null for anything else, and for nothing. */
export function parseDurationText(text: string): number | null {
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) return null;
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) ms += Number(count) * (units[unit ?? ""] ?? 0);
  return ms > 0 && Number.isSafeInteger(ms) ? ms : null;
}

/** As `parseDurationText` reads it: whole units, the largest first. */
export function durationText(ms: number): string {
  let rest = Math.max(1, Math.round(ms));
  let text = "";
  for (const unit of ["d", "h", "m", "s", "ms"]) {
    const size = units[unit] ?? 1;
    if (rest >= size) text += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  return text;
}

function readDuration(raw: Record<string, unknown>, key: string): string | undefined {
  const text = readText(raw, key);
  return text !== undefined && parseDurationText(text) !== null ? text : undefined;
}

function readInstant(raw: Record<string, unknown>, key: string): string | undefined {
  const text = readText(raw, key);
  return text === undefined || Number.isNaN(Date.parse(text)) ? undefined : text;
}

/** Not split at commas: queries and labels hold them. */
function readAll(raw: Record<string, unknown>, key: string): string[] | undefined {
  const value = raw[key];
  const items = (Array.isArray(value) ? value : [value]).filter(
    (item): item is string => typeof item === "string" && item !== "",
  );
  return items.length === 0 ? undefined : items;
}
