import type { Expr } from "../ast/nodes.ts";
import { childrenOf } from "../ast/walk.ts";

/** Functions whose result depends on the time of evaluation, so that `@` cannot pin it. */
const unpinnable: ReadonlySet<string> = new Set(
  (
    "days_in_month day_of_month day_of_week day_of_year hour minute month predict_linear time timestamp year " +
    "start end step range"
  ).split(" "),
);

/** The query with every selector pinned to a time by `@`, so that it is the same at any other; undefined if it cannot be. */
export function pinTo(expr: Expr, timeMs: number): Expr | undefined {
  return isPinnable(expr) ? pin(expr, timeMs) : undefined;
}

/** What is inside a subquery is evaluated at the times that its own `@` pins. */
const isPinnable = (expr: Expr): boolean =>
  expr.kind === "subquery" ||
  (!(expr.kind === "call" && unpinnable.has(expr.name)) && childrenOf(expr).every(isPinnable));

function pin(expr: Expr, timeMs: number): Expr {
  const at = { kind: "time", timeMs } as const;
  const go = (child: Expr): Expr => pin(child, timeMs);
  switch (expr.kind) {
    case "number":
    case "string":
      return expr;
    // What is inside a pinned subquery is pinned with it.
    case "subquery":
    case "vectorSelector":
      return expr.at === undefined ? { ...expr, at } : expr;
    case "matrixSelector":
      return expr.selector.at === undefined ? { ...expr, selector: { ...expr.selector, at } } : expr;
    case "paren":
    case "unary":
      return { ...expr, expr: go(expr.expr) };
    case "binary":
      return { ...expr, left: go(expr.left), right: go(expr.right) };
    case "call":
      return { ...expr, args: expr.args.map(go) };
    case "aggregate":
      return { ...expr, expr: go(expr.expr), ...(expr.param === undefined ? {} : { param: go(expr.param) }) };
  }
}
