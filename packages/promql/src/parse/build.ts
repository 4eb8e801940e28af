import type { SyntaxNode } from "@lezer/common";
import type { Aggregate, AggregateOperator, Binary, BinaryOperator, Call, DurationExpr, Expr } from "../ast/nodes.ts";
import type { Span } from "../text/position.ts";
import { flatten, type Item } from "./flatten.ts";
import { readMatching } from "./matching.ts";
import { applyModifier } from "./modifiers.ts";
import { continueDuration, mayGoOn, type Cursor } from "./offset-continuation.ts";
import { readSelector } from "./selector.ts";
import { TreeReader } from "./tree-reader.ts";

const precedences: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  "==": 3,
  "!=": 3,
  ">": 3,
  "<": 3,
  ">=": 3,
  "<=": 3,
  "</": 3,
  ">/": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "%": 5,
  atan2: 5,
  "^": 6,
};
const powerPrecedence = 6;

/** Turns a syntax tree without errors into the AST; what is wrong with it goes to `problems`. */
export class Builder extends TreeReader {
  expression(node: SyntaxNode): Expr {
    const items = flatten(node, this.query);
    const cursor = { at: 0 };
    return this.#binary(items, cursor, 0);
  }

  #binary(items: readonly Item[], cursor: Cursor, minimum: number): Expr {
    let left = this.#unary(items, cursor);
    for (;;) {
      const item = items[cursor.at];
      if (item?.kind !== "binary") return left;
      const operator = this.text(item.operator).toLowerCase() as BinaryOperator;
      const precedence = precedences[operator] ?? 0;
      if (precedence < minimum) return left;
      cursor.at++;
      // `^` binds to the right, all others to the left.
      const right = this.#binary(items, cursor, precedence === powerPrecedence ? precedence : precedence + 1);
      left = this.#binaryNode(item, operator, left, right);
    }
  }

  #binaryNode(item: Item & { kind: "binary" }, operator: BinaryOperator, left: Expr, right: Expr): Binary {
    return {
      kind: "binary",
      span: { start: left.span.start, end: right.span.end },
      operator,
      operatorSpan: { start: item.operator.from, end: item.operator.to },
      left,
      right,
      returnBool: item.node.getChild("BoolModifier") !== null,
      matching: readMatching(item.node, this),
    };
  }

  #unary(items: readonly Item[], cursor: Cursor): Expr {
    const item = items[cursor.at++];
    if (item === undefined) throw new RangeError("an operand is missing");
    if (item.kind === "sign") {
      const literal = items[cursor.at];
      const next = items[cursor.at + 1];
      const raised = next?.kind === "binary" && this.text(next.operator) === "^";
      const inner = raised ? this.#binary(items, cursor, powerPrecedence) : this.#unary(items, cursor);
      if (literal?.kind === "literal" && inner.kind === "number")
        return {
          ...inner,
          value: item.operator === "-" ? -inner.value : inner.value,
          span: { ...inner.span, start: item.start },
        };
      // A signed operand may itself be raised: -a[5m] ^ 2, --1 ^ 2.
      const whole = this.#continuePower(items, cursor, inner);
      return { kind: "unary", operator: item.operator, expr: whole, span: { start: item.start, end: whole.span.end } };
    }
    let expr = this.#operand(item);
    for (let next = items[cursor.at]; next?.kind === "postfix"; next = items[cursor.at]) {
      cursor.at++;
      const goOn = mayGoOn(next.node, this.query)
        ? (offset: DurationExpr) => continueDuration(offset, items, cursor, this)
        : undefined;
      expr = applyModifier(expr, next.node, this, goOn);
    }
    return expr;
  }

  #continuePower(items: readonly Item[], cursor: Cursor, left: Expr): Expr {
    const item = items[cursor.at];
    if (item?.kind !== "binary" || this.text(item.operator) !== "^") return left;
    cursor.at++;
    return this.#binaryNode(item, "^", left, this.#binary(items, cursor, powerPrecedence));
  }

  #operand(item: Item): Expr {
    if (item.kind === "literal") return this.number(item.node, item.start);
    if (item.kind === "sign") throw new RangeError("an operand is missing");
    const { node } = item;
    const span = { start: node.from, end: node.to };
    switch (node.name) {
      case "StringLiteral":
        return { kind: "string", span, value: this.string(node) };
      case "VectorSelector":
        return readSelector(node, this);
      case "ParenExpr": {
        const inner = node.firstChild;
        if (inner === null) throw new RangeError("empty parentheses");
        return { kind: "paren", span, expr: this.expression(inner) };
      }
      case "FunctionCall":
        return this.#call(node);
      case "AggregateExpr":
        return this.#aggregate(node);
      default:
        throw new RangeError(`unknown syntax node ${node.name}`);
    }
  }

  #call(node: SyntaxNode): Call {
    const name = node.getChild("FunctionIdentifier");
    return {
      kind: "call",
      span: { start: node.from, end: node.to },
      name: name === null ? "" : this.text(name),
      args: this.#arguments(node),
    };
  }

  #arguments(node: SyntaxNode): readonly Expr[] {
    const body = node.getChild("FunctionCallBody");
    const args: Expr[] = [];
    for (let child = body?.firstChild ?? null; child !== null; child = child.nextSibling)
      if (child.name !== "LineComment") args.push(this.expression(child));
    return args;
  }

  #aggregate(node: SyntaxNode): Aggregate {
    const operator = node.getChild("AggregateOp");
    const modifier = node.getChild("AggregateModifier");
    const span = { start: node.from, end: node.to };
    const args = this.#arguments(node);
    const name = (operator === null ? "" : this.text(operator).toLowerCase()) as AggregateOperator;
    const grouping = modifier?.getChild("GroupingLabels");
    const shape = {
      kind: "aggregate",
      span,
      operator: name,
      grouping: grouping ? this.labelNames(grouping) : [],
      without: modifier?.getChild("Without") != null,
    } as const;
    return this.#withArguments(shape, args, span);
  }

  #withArguments(shape: Omit<Aggregate, "expr" | "param">, args: readonly Expr[], span: Span): Aggregate {
    const expected = withParam.has(shape.operator) ? 2 : 1;
    const expr = args[expected - 1];
    if (args.length === 0) this.problem("no arguments for aggregate expression provided", span);
    else if (args.length !== expected || expr === undefined)
      this.problem(
        `wrong number of arguments for aggregate expression provided, expected ${expected}, got ${args.length}`,
        span,
      );
    const inner = expr ?? args[0] ?? { kind: "number", span, value: 0, isDuration: false };
    const param = expected === 2 ? args[0] : undefined;
    return { ...shape, expr: inner, ...(param === undefined ? {} : { param }) };
  }
}

const withParam: ReadonlySet<string> = new Set("bottomk count_values limitk limit_ratio quantile topk".split(" "));
