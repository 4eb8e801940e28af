import type { Matcher } from "../model/matcher.ts";
import type { Span } from "../text/position.ts";

/** The abstract syntax tree. Nodes are immutable and know where they stand in the query. */
export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Paren
  | Unary
  | Binary
  | Call
  | Aggregate;

interface Node<Kind extends string> {
  readonly kind: Kind;
  readonly span: Span;
}

export interface NumberLiteral extends Node<"number"> {
  readonly value: number;
  /** The text was a duration (`5m`); its value is in seconds. */
  readonly isDuration: boolean;
}

export interface StringLiteral extends Node<"string"> {
  readonly value: string;
}

/** The moment a selector or subquery is fixed to: a time (milliseconds), or the start or end of the query. */
export type AtModifier =
  | { readonly kind: "time"; readonly timeMs: number }
  | { readonly kind: "start" }
  | { readonly kind: "end" };

export interface VectorSelector extends Node<"vectorSelector"> {
  /** Metric name outside the braces; `matchers` has it too. */
  readonly name: string;
  readonly matchers: readonly Matcher[];
  readonly offset?: DurationExpr;
  readonly at?: AtModifier;
  readonly anchored: boolean;
  readonly smoothed: boolean;
}

export interface MatrixSelector extends Node<"matrixSelector"> {
  readonly selector: VectorSelector;
  readonly range: DurationExpr;
}

export interface Subquery extends Node<"subquery"> {
  readonly expr: Expr;
  readonly range: DurationExpr;
  readonly step?: DurationExpr;
  readonly offset?: DurationExpr;
  readonly at?: AtModifier;
}

export interface Paren extends Node<"paren"> {
  readonly expr: Expr;
}

export interface Unary extends Node<"unary"> {
  readonly operator: "+" | "-";
  readonly expr: Expr;
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "^" | "atan2";
export type ComparisonOperator = "==" | "!=" | ">" | "<" | ">=" | "<=";
export type SetOperator = "and" | "or" | "unless";
export type TrimOperator = "</" | ">/";
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator | TrimOperator;

export type Cardinality = "one-to-one" | "many-to-one" | "one-to-many";

export interface VectorMatching {
  readonly cardinality: Cardinality;
  /** `on(...)`; otherwise `ignoring(...)`. */
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Labels that group_left or group_right copy from the one side. */
  readonly include: readonly string[];
  readonly fillLeft?: number;
  readonly fillRight?: number;
}

export interface Binary extends Node<"binary"> {
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Expr;
  readonly right: Expr;
  readonly returnBool: boolean;
  readonly matching: VectorMatching;
}

export interface Call extends Node<"call"> {
  readonly name: string;
  readonly args: readonly Expr[];
}

export type AggregateOperator =
  | "avg"
  | "bottomk"
  | "count"
  | "count_values"
  | "group"
  | "limitk"
  | "limit_ratio"
  | "max"
  | "min"
  | "quantile"
  | "stddev"
  | "stdvar"
  | "sum"
  | "topk";

export interface Aggregate extends Node<"aggregate"> {
  readonly operator: AggregateOperator;
  readonly expr: Expr;
  readonly param?: Expr;
  readonly grouping: readonly string[];
  readonly without: boolean;
}

/** A duration that may be computed: `[5m + step()]`, `offset -(1h / 2)`. */
export type DurationExpr = DurationLiteral | DurationFunction | DurationUnary | DurationBinary | DurationParen;

export interface DurationLiteral extends Node<"durationLiteral"> {
  readonly seconds: number;
}

export interface DurationFunction extends Node<"durationFunction"> {
  readonly name: "step" | "range" | "min_of" | "max_of";
  readonly args: readonly DurationExpr[];
}

export interface DurationUnary extends Node<"durationUnary"> {
  readonly operator: "+" | "-";
  readonly expr: DurationExpr;
}

export interface DurationBinary extends Node<"durationBinary"> {
  readonly operator: "+" | "-" | "*" | "/" | "%" | "^";
  readonly left: DurationExpr;
  readonly right: DurationExpr;
}

export interface DurationParen extends Node<"durationParen"> {
  readonly expr: DurationExpr;
}

const comparisons: ReadonlySet<string> = new Set(["==", "!=", ">", "<", ">=", "<="]);
const setOperators: ReadonlySet<string> = new Set(["and", "or", "unless"]);

export const isComparison = (operator: BinaryOperator): operator is ComparisonOperator => comparisons.has(operator);
export const isSetOperator = (operator: BinaryOperator): operator is SetOperator => setOperators.has(operator);

/** The expression inside any number of parentheses. */
export function unwrapParens(expr: Expr): Expr {
  let inner = expr;
  while (inner.kind === "paren") inner = inner.expr;
  return inner;
}
