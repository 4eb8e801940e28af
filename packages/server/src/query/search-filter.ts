/** A condition on one span: what every search (our own, Jaeger's, Tempo's tags, TraceQL) is parsed into. */
export type SpanFilter =
  | { kind: "and" | "or"; parts: readonly SpanFilter[] }
  | { kind: "not"; part: SpanFilter }
  | { kind: "constant"; value: boolean }
  | FieldFilter
  | AttributeFilter;

export type Comparison = "=" | "!=" | ">" | ">=" | "<" | "<=" | "=~" | "!~";

/** Columns of a span. Durations are compared in nanoseconds, ids as hexadecimal digits. */
export type SpanField =
  | "name"
  | "service"
  | "duration"
  | "status"
  | "statusMessage"
  | "kind"
  | "spanId"
  | "parentId"
  | "traceId"
  | "eventName"
  | "scopeName"
  | "scopeVersion";

export interface FieldFilter {
  kind: "field";
  field: SpanField;
  op: Comparison;
  value: string | number;
}

/** `any`: on the span, else on its resource. */
export type AttributeScope = "any" | "span" | "resource" | "event" | "link";

export interface AttributeFilter {
  kind: "attribute";
  scope: AttributeScope;
  key: string;
  op: Comparison;
  value: AttributeOperand;
}

export type AttributeOperand =
  | { type: "string"; value: string }
  | { type: "number"; value: number }
  | { type: "bool"; value: boolean }
  /** There is no such attribute (`=`), or there is one of any type (`!=`). */
  | { type: "nil" }
  /** Text from a form, whose type is not known: a string, a number or a bool that reads like this. Only `=` and `!=`. */
  | { type: "text"; value: string };

export const everySpan: SpanFilter = { kind: "constant", value: true };

export function allOf(...parts: readonly SpanFilter[]): SpanFilter {
  const needed = parts.filter((part) => !(part.kind === "constant" && part.value));
  if (needed.length === 0) return everySpan;
  return needed.length === 1 && needed[0] !== undefined ? needed[0] : { kind: "and", parts: needed };
}

/** Calls `visit` for every condition on a column or an attribute. */
export function visitConditions(filter: SpanFilter, visit: (condition: FieldFilter | AttributeFilter) => void): void {
  switch (filter.kind) {
    case "and":
    case "or":
      for (const part of filter.parts) visitConditions(part, visit);
      return;
    case "not":
      visitConditions(filter.part, visit);
      return;
    case "constant":
      return;
    default:
      visit(filter);
  }
}

/** Whether `left op right` holds, for every comparison but patterns. */
export function holds<Value extends bigint | number | string>(left: Value, op: Comparison, right: Value): boolean {
  switch (op) {
    case "=":
      return left === right;
    case "!=":
      return left !== right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    default:
      return false;
  }
}
