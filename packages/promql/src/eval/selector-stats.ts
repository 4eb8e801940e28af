import type { Selection } from "../plan/selections.ts";
import { print, printDuration } from "../print/print.ts";
import type { SelectHints, SelectResult } from "../source/series-source.ts";
import type { SelectorStats } from "./result.ts";

/** What a source answered for a selector, for who wants to know how a query was answered. */
export function selectorStats({ selector, hints }: Selection, result: SelectResult): SelectorStats {
  const raw = result.kind === "raw" ? result.series : (result.raw ?? []);
  const { rangeMs } = hints;
  const range = { kind: "durationLiteral", span: selector.span, seconds: rangeMs / 1000 } as const;
  return {
    selector: print(selector) + (rangeMs === 0 ? "" : `[${printDuration(range)}]`),
    series: raw.length + (result.kind === "computed" ? result.series.length : 0),
    samples: raw.reduce((total, { values }) => total + values.length, 0),
    computed: result.kind === "computed" ? computedText(hints, result.stage) : null,
    origin: result.origin ?? null,
  };
}

function computedText({ call, aggregate }: SelectHints, stage: "call" | "aggregate"): string {
  const value = call?.name ?? "last value";
  if (stage === "call" || aggregate === undefined) return value;
  const { operator, grouping, without } = aggregate;
  const isGrouped = without || grouping.length > 0;
  return `${operator}${isGrouped ? ` ${without ? "without" : "by"} (${grouping.join(", ")})` : ""} of ${value}`;
}
