import { selectorText } from "../../series/selector.ts";
import type { LinkProps } from "@tanstack/react-router";

/** A place that the palette leads to. */
export interface PaletteItem {
  /** What kind of place, in one word. */
  kind: "Page" | "Pipeline" | "Table" | "Metric" | "Run" | "Trace" | "Runs" | "Query";
  label: string;
  /** The keys that lead there without the palette. */
  keys?: string;
  link: LinkProps;
}

export interface PaletteSources {
  pipelines: readonly string[];
  /** What stages write to. */
  tables: readonly string[];
  metrics: readonly string[];
}

/** The attribute by which a stage tells what it writes to. */
export const sinkTable = "pipeline.sink.table";

/** As many as can be looked through. */
const itemsMax = 12;

const pages: readonly PaletteItem[] = [
  { kind: "Page", label: "Pipelines", keys: "g p", link: { to: "/pipelines" } },
  { kind: "Page", label: "Runs", keys: "g r", link: { to: "/runs" } },
  { kind: "Page", label: "Failed runs", link: { to: "/runs", search: { status: ["failed", "lost"] } } },
  { kind: "Page", label: "Runs with unexplained rows", link: { to: "/runs", search: { rows: "unexplained" } } },
  { kind: "Page", label: "Traces", keys: "g t", link: { to: "/traces" } },
  { kind: "Page", label: "Explore", keys: "g e", link: { to: "/explore" } },
  { kind: "Page", label: "Metrics", keys: "g m", link: { to: "/catalogue" } },
  { kind: "Page", label: "Targets", link: { to: "/targets" } },
  { kind: "Page", label: "Status", keys: "g s", link: { to: "/status" } },
];

/** What fits the words, best first; ids that were pasted lead to what they name. */
export function paletteItems(text: string, { pipelines, tables, metrics }: PaletteSources): PaletteItem[] {
  const wanted = text.trim();
  const named: PaletteItem[] = [
    ...pages,
    ...pipelines.map((name): PaletteItem => ({
      kind: "Pipeline",
      label: name,
      link: { to: "/pipelines/$pipeline", params: { pipeline: name } },
    })),
    ...(wanted === "" ? [] : tables).map((name): PaletteItem => ({
      kind: "Table",
      label: name,
      link: { to: "/traces", search: { attributes: [`${sinkTable}=${name}`], window: "7d" } },
    })),
    ...(wanted === "" ? [] : metrics).map((name): PaletteItem => ({
      kind: "Metric",
      label: name,
      link: { to: "/explore", search: { expr: [selectorText(name)] } },
    })),
  ];
  const words = wanted.toLowerCase().split(/\s+/);
  const found = named
    .map((item, index) => ({ item, index, rank: rankOf(item.label.toLowerCase(), words) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank || a.index - b.index)
    .map(({ item }) => item);
  return [...idItems(wanted), ...found.slice(0, itemsMax), ...lastResorts(wanted)];
}

/** 0 when a word is missing; more for a label that begins with them. */
function rankOf(label: string, words: readonly string[]): number {
  if (!words.every((word) => label.includes(word))) return 0;
  const [first = ""] = words;
  if (label === first) return 4;
  if (label.startsWith(first)) return 3;
  return label.split(/[^a-z0-9]+/).some((part) => part.startsWith(first)) ? 2 : 1;
}

const traceId = /^[0-9a-f]{32}$/i;
const runId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function idItems(text: string): PaletteItem[] {
  const run: PaletteItem = { kind: "Run", label: text, link: { to: "/runs/$runId", params: { runId: text } } };
  if (traceId.test(text)) {
    const id = text.toLowerCase();
    return [
      { kind: "Trace", label: id, link: { to: "/traces/$traceId", params: { traceId: id } } },
      { ...run, label: `of trace ${id}`, link: { to: "/runs/$runId", params: { runId: id } } },
    ];
  }
  return runId.test(text) || text.includes("__") ? [run] : [];
}

/** What may be meant when nothing is called so: a partition, or a query. */
function lastResorts(text: string): PaletteItem[] {
  if (text === "" || traceId.test(text) || runId.test(text)) return [];
  const query: PaletteItem = { kind: "Query", label: text, link: { to: "/explore", search: { expr: [text] } } };
  if (/[({[]/.test(text)) return [query];
  return [
    { kind: "Runs", label: `of partition ${text}`, link: { to: "/runs", search: { partition: text, window: "30d" } } },
  ];
}
