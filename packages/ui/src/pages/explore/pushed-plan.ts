import { matcherText, parse, planSelections, printDuration, type Selection } from "@sightglass/promql";
import type { Evaluated } from "../../series/evaluated.ts";

/** What the store is asked for one selector of a query. */
export interface PlannedSelector {
  /** `http_requests_total{status="500"}[5m]` */
  selector: string;
  /** `sum by (path) of rate`; null where only raw samples will do. */
  computable: string | null;
}

const lookbackMs = 300_000;
const subqueryStepMs = 60_000;

/** As the engine plans it: the functions and aggregations that the store may compute, selector by selector. */
export function plannedSelectors(expr: string, { startMs, endMs, stepMs }: Evaluated): PlannedSelector[] {
  const grid = { startMs, stepMs, count: Math.floor((endMs - startMs) / stepMs) + 1 };
  return planSelections(parse(expr), grid, { lookbackMs, subqueryStepMs }).map((selection) => ({
    selector: selectorText(selection),
    computable: selection.hints.mayCompute ? computableText(selection) : null,
  }));
}

function selectorText({ selector, hints }: Selection): string {
  const name =
    selector.matchers.find((matcher) => matcher.name === "__name__" && matcher.operator === "=")?.value ?? "";
  const others = selector.matchers.filter((matcher) => matcher.name !== "__name__" || matcher.operator !== "=");
  const braces = others.length === 0 && name !== "" ? "" : `{${others.map(matcherText).join(", ")}}`;
  const range = hints.rangeMs === 0 ? "" : `[${durationOf(hints.rangeMs)}]`;
  return `${name}${braces}${range}`;
}

const durationOf = (ms: number) =>
  printDuration({ kind: "durationLiteral", span: { start: 0, end: 0 }, seconds: ms / 1000 });

function computableText({ hints: { call, aggregate } }: Selection): string {
  const grouping =
    aggregate === undefined || (aggregate.grouping.length === 0 && !aggregate.without)
      ? ""
      : ` ${aggregate.without ? "without" : "by"} (${aggregate.grouping.join(", ")})`;
  return [
    aggregate === undefined ? null : aggregate.operator + grouping,
    call?.name ?? (aggregate === undefined ? "last value" : null),
  ]
    .filter((part) => part !== null)
    .join(" of ");
}
