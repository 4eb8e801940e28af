import {
  isComparison,
  isSetOperator,
  type Aggregate,
  type Binary,
  type Call,
  type Expr,
  type VectorSelector,
} from "../ast/nodes.ts";
import type { Problem } from "../errors.ts";
import { metricNameLabel } from "../model/labels.ts";
import { quote } from "../text/go-format.ts";
import type { Span } from "../text/position.ts";
import { experimentalAggregates, signatures, type Signature, type ValueType } from "./signatures.ts";
import { typeOf } from "./types.ts";

/** Which parts of the language are on. Everything is, unless said otherwise. */
export interface LanguageOptions {
  /** Experimental functions and aggregations. */
  readonly experimentalFunctions?: boolean;
  /** `anchored` and `smoothed`. */
  readonly extendedRangeSelectors?: boolean;
  /** `fill`, `fill_left`, `fill_right`. */
  readonly fillModifiers?: boolean;
}

/** Everything that is wrong with the types of an expression, in the order in which Prometheus finds it. */
export function check(expr: Expr, query: string, options: LanguageOptions = {}): readonly Problem[] {
  const checker = new Checker(query, options);
  checker.check(expr);
  return checker.problems;
}

class Checker {
  readonly problems: Problem[] = [];
  readonly #query: string;
  readonly #options: LanguageOptions;

  constructor(query: string, options: LanguageOptions) {
    this.#query = query;
    this.#options = options;
  }

  #problem(message: string, span: Span): void {
    this.problems.push({ message, span });
  }

  #expect(expr: Expr, wanted: ValueType, context: string): void {
    const type = this.check(expr);
    if (type !== wanted) this.#problem(`expected type ${wanted} in ${context}, got ${type}`, expr.span);
  }

  check(expr: Expr): ValueType {
    switch (expr.kind) {
      case "aggregate":
        this.#aggregate(expr);
        break;
      case "binary":
        this.#binary(expr);
        break;
      case "call":
        this.#call(expr);
        break;
      case "paren":
        this.check(expr.expr);
        break;
      case "unary": {
        const type = this.check(expr.expr);
        if (type !== "scalar" && type !== "instant vector")
          this.#problem(
            `unary expression only allowed on expressions of type scalar or instant vector, got ${quote(type)}`,
            expr.span,
          );
        break;
      }
      case "subquery": {
        const type = this.check(expr.expr);
        if (type !== "instant vector")
          this.#problem(`subquery is only allowed on instant vector, got ${shortType(type)} instead`, expr.span);
        break;
      }
      case "matrixSelector":
        this.check(expr.selector);
        break;
      case "vectorSelector":
        this.#selector(expr, false);
        break;
    }
    return typeOf(expr);
  }

  #aggregate(expr: Aggregate): void {
    if (experimentalAggregates.has(expr.operator)) this.#experimental(expr.operator, expr.span);
    this.#expect(expr.expr, "instant vector", "aggregation expression");
    if (expr.param === undefined) return;
    this.#expect(expr.param, expr.operator === "count_values" ? "string" : "scalar", "aggregation parameter");
  }

  #experimental(name: string, span: Span): void {
    if (this.#options.experimentalFunctions === false)
      this.#problem(
        `${name}() is experimental and must be enabled with --enable-feature=promql-experimental-functions`,
        span,
      );
  }

  #binary(expr: Binary): void {
    const left = this.check(expr.left);
    const right = this.check(expr.right);
    const { operator, matching } = expr;
    const hasFill = matching.fillLeft !== undefined || matching.fillRight !== undefined;
    if (hasFill && this.#options.fillModifiers === false)
      this.#problem("binop fill modifiers are experimental and not enabled", expr.span);
    if (expr.returnBool && !isComparison(operator))
      this.#problem("bool modifier can only be used on comparison operators", this.#operatorSpan(expr));
    if (isComparison(operator) && !expr.returnBool && left === "scalar" && right === "scalar")
      this.#problem("comparisons between scalars must use BOOL modifier", this.#operatorSpan(expr));
    if (matching.on)
      for (const label of matching.labels.filter((name) => matching.include.includes(name)))
        this.#problem(`label ${quote(label)} must not occur in ON and GROUP clause at once`, this.#operatorSpan(expr));
    for (const [side, type] of [
      [expr.left, left],
      [expr.right, right],
    ] as const)
      if (type !== "scalar" && type !== "instant vector")
        this.#problem("binary expression must contain only scalar and instant vector types", side.span);
    this.#matching(expr, left, right, hasFill);
  }

  #matching(expr: Binary, left: ValueType, right: ValueType, hasFill: boolean): void {
    const { operator, matching } = expr;
    const setOperator = isSetOperator(operator);
    if (left !== "instant vector" || right !== "instant vector") {
      if (matching.labels.length > 0) this.#problem("vector matching only allowed between instant vectors", expr.span);
      if (hasFill) this.#problem("filling in missing series only allowed between instant vectors", expr.span);
    } else if (setOperator) {
      if (matching.cardinality !== "one-to-one") {
        this.#problem(`no grouping allowed for ${quote(operator)} operation`, expr.span);
        this.#problem("set operations must always be many-to-many", expr.span);
      }
      if (hasFill) this.#problem("filling in missing series not allowed for set operators", expr.span);
    }
    if (setOperator && (left === "scalar" || right === "scalar"))
      this.#problem(`set operator ${quote(operator)} not allowed in binary scalar expression`, expr.span);
  }

  /** From the operator to the right operand, without the white space around. */
  #operatorSpan(expr: Binary): Span {
    const between = this.#query.slice(expr.operatorSpan.start, expr.right.span.start);
    return { start: expr.operatorSpan.start, end: expr.operatorSpan.start + between.trimEnd().length };
  }

  #call(expr: Call): void {
    const signature = signatures.get(expr.name);
    if (signature === undefined) {
      this.#problem(`unknown function with name ${quote(expr.name)}`, expr.span);
      return;
    }
    if (signature.experimental) {
      const before = this.problems.length;
      this.#experimental(`function ${quote(expr.name)} is not enabled: ${expr.name}`, expr.span);
      if (this.problems.length > before) return;
    }
    this.#argumentCount(expr, signature);
    const info = expr.name === "info" ? expr.args[1] : undefined;
    if (info !== undefined) this.#infoSelector(expr, info);
    expr.args.forEach((arg, index) => {
      if (index >= signature.args.length && signature.variadic === 0) return;
      const wanted = signature.args[Math.min(index, signature.args.length - 1)];
      if (wanted === undefined) return;
      const type = arg === info && arg.kind === "vectorSelector" ? "instant vector" : this.check(arg);
      if (type !== wanted)
        this.#problem(`expected type ${wanted} in call to function ${quote(expr.name)}, got ${type}`, arg.span);
    });
  }

  #argumentCount(expr: Call, { args, variadic }: Signature): void {
    const count = expr.args.length;
    const least = args.length - 1;
    if (variadic === 0) {
      if (count !== args.length)
        this.#problem(`expected ${args.length} argument(s) in call to ${quote(expr.name)}, got ${count}`, expr.span);
    } else if (count < least) {
      this.#problem(`expected at least ${least} argument(s) in call to ${quote(expr.name)}, got ${count}`, expr.span);
    } else if (variadic > 0 && count > least + variadic) {
      const most = least + variadic;
      this.#problem(`expected at most ${most} argument(s) in call to ${quote(expr.name)}, got ${count}`, expr.span);
    }
  }

  #infoSelector(call: Call, arg: Expr): void {
    const type = typeOf(arg);
    if (type !== "instant vector")
      this.#problem(`expected type instant vector in call to function "info", got ${type}`, call.span);
    if (arg.kind !== "vectorSelector") this.#problem("expected label selectors only", arg.span);
    else if (arg.name !== "") this.#problem("expected label selectors only, got vector selector instead", arg.span);
    else this.#selector(arg, true);
  }

  #selector(expr: VectorSelector, mayMatchAll: boolean): void {
    if ((expr.anchored || expr.smoothed) && this.#options.extendedRangeSelectors === false)
      this.#problem(`${expr.anchored ? "anchored" : "smoothed"} modifier is experimental and not enabled`, expr.span);
    if (expr.name !== "") {
      for (const matcher of expr.matchers.slice(0, -1))
        if (matcher.name === metricNameLabel)
          this.#problem(`metric name must not be set twice: ${quote(expr.name)} or ${quote(matcher.value)}`, expr.span);
      return;
    }
    if (!mayMatchAll && expr.matchers.every((matcher) => matcher.matches("")))
      this.#problem("vector selector must contain at least one non-empty matcher", expr.span);
  }
}

const shortTypes: Readonly<Record<ValueType, string>> = {
  scalar: "scalar",
  string: "string",
  "instant vector": "vector",
  "range vector": "matrix",
};

const shortType = (type: ValueType): string => shortTypes[type];
