import type { AtModifier, DurationExpr, Expr, Subquery } from "../ast/nodes.ts";
import { lastTime, type Grid, type QueryGrid } from "../eval/grid.ts";
import { durationMs } from "./durations.ts";

/** The moments a selector or subquery looks at when it is evaluated on a grid: after `@`, then `offset`. */
export function referenceGrid(node: { at?: AtModifier; offset?: DurationExpr }, grid: Grid, query: QueryGrid): Grid {
  const offsetMs = node.offset === undefined ? 0 : durationMs(node.offset, query, "any");
  if (node.at === undefined) return { ...grid, startMs: grid.startMs - offsetMs };
  return { startMs: atTime(node.at, query) - offsetMs, stepMs: grid.stepMs, count: 1 };
}

function atTime(at: AtModifier, query: QueryGrid): number {
  if (at.kind === "time") return at.timeMs;
  return at.kind === "start" ? query.startMs : query.endMs;
}

/** The grid inside a subquery: multiples of its step, from the first after the left end of the first window. */
export function subqueryGrid(node: Subquery, reference: Grid, query: QueryGrid, defaultStepMs: number): Grid {
  const rangeMs = durationMs(node.range, query, "positive");
  const stepMs = node.step === undefined ? defaultStepMs : durationMs(node.step, query, "positive");
  const startMs = (Math.floor((reference.startMs - rangeMs) / stepMs) + 1) * stepMs;
  const endMs = lastTime(reference);
  return { startMs, stepMs, count: Math.max(0, Math.floor((endMs - startMs) / stepMs) + 1) };
}

/** Functions whose value depends on the time of evaluation even when their arguments do not. */
const timeDependent: ReadonlySet<string> = new Set(
  "days_in_month day_of_month day_of_week day_of_year hour minute month predict_linear time timestamp year".split(" "),
);

/** Whether an expression has the same value at every step, because everything in it is pinned by `@`. */
export function isStepInvariant(expr: Expr): boolean {
  switch (expr.kind) {
    case "number":
    case "string":
      return true;
    case "vectorSelector":
    case "subquery":
      return expr.at !== undefined;
    case "matrixSelector":
      return expr.selector.at !== undefined;
    case "paren":
    case "unary":
      return isStepInvariant(expr.expr);
    case "binary":
      return isStepInvariant(expr.left) && isStepInvariant(expr.right);
    case "aggregate":
      return isStepInvariant(expr.expr) && (expr.param === undefined || isStepInvariant(expr.param));
    case "call": {
      // The second argument of info() is never evaluated.
      const args = expr.name === "info" ? expr.args.slice(0, 1) : expr.args;
      return !timeDependent.has(expr.name) && args.every(isStepInvariant);
    }
  }
}

/** Worth evaluating once only: invariant, and more than a literal. */
export function isPinned(expr: Expr): boolean {
  return expr.kind !== "number" && expr.kind !== "string" && isStepInvariant(expr);
}
