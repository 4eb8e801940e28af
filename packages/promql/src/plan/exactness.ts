import { unwrapParens, type Expr } from "../ast/nodes.ts";

/** Functions that keep a small relative error small, or do not look at the value. */
const steadyFunctions: ReadonlySet<string> = new Set(
  (
    "abs sqrt absent absent_over_time label_replace label_join sort sort_desc sort_by_label sort_by_label_desc scalar vector " +
    "clamp clamp_min clamp_max timestamp " +
    "min_over_time max_over_time last_over_time first_over_time count_over_time present_over_time"
  ).split(" "),
);
const steadyOperators: ReadonlySet<string> = new Set(["*", "/", "and", "or", "unless"]);
/** They choose or count. Which of two that are equal but for their last digit is chosen is as good as open. */
const choosing: ReadonlySet<string> = new Set("min max count group topk bottomk limitk limit_ratio".split(" "));
/** Of values of one sign, they are steady too. */
const mixing: ReadonlySet<string> = new Set(["sum", "avg", "quantile"]);
/** Functions over ranges that are never negative. */
const nonNegative: ReadonlySet<string> = new Set(["rate", "increase"]);

/**
 * Whether the operands of an expression must be right to the last bit for its own value to be, given whether that one must:
 * differences, deviations and comparisons make much of a last digit. `sum` and `avg` directly around a selector leave it to the
 * source, which knows the signs.
 */
export function operandsMustBeExact(expr: Expr, must: boolean): boolean {
  switch (expr.kind) {
    case "binary":
      return must || !steadyOperators.has(expr.operator);
    case "call":
      return must || !steadyFunctions.has(expr.name);
    case "aggregate": {
      if (must || choosing.has(expr.operator)) return must;
      if (!mixing.has(expr.operator)) return true;
      const inner = unwrapParens(expr.expr);
      if (inner.kind === "call" && nonNegative.has(inner.name)) return false;
      const isDirect = inner.kind === "vectorSelector" || (inner.kind === "call" && readsMatrix(inner));
      return !isDirect || expr.operator === "quantile";
    }
    default:
      return must;
  }
}

const readsMatrix = ({ args }: Expr & { kind: "call" }): boolean =>
  args.some((arg) => unwrapParens(arg).kind === "matrixSelector");
