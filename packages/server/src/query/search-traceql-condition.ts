import { type AnchoredRegexp, compileAnchored } from "@sightglass/promql";
import { type AttributeOperand, type Comparison, holds, type SpanField, type SpanFilter } from "./search-filter.ts";
import { traceqlError } from "./search-traceql-lexer.ts";
import type { Operand, TraceField } from "./search-traceql-operand.ts";
import type { TraceExtent } from "./search-traces.ts";

const words: Partial<Record<SpanField, readonly string[]>> = {
  status: ["error", "ok", "unset"],
  kind: ["unspecified", "internal", "server", "client", "producer", "consumer"],
};

/** `nestedSetParent < 0` is how Grafana asks for root spans. */
export function rootCondition(op: Comparison, right: Operand, at: number): SpanFilter {
  const value = right.type === "value" && right.value.type === "number" ? right.value.value : Number.NaN;
  const isRoot: SpanFilter = { kind: "field", field: "parentId", op: "=", value: "0".repeat(16) };
  if ((op === "<" && value === 0) || (op === "=" && value === -1)) return isRoot;
  if (op === ">=" && value === 0) return { kind: "not", part: isRoot };
  throw traceqlError("nestedSetParent is supported as nestedSetParent < 0 (root spans) only", at);
}

export function fieldCondition(field: SpanField, op: Comparison, right: Operand, at: number): SpanFilter {
  const allowed = words[field];
  if (allowed !== undefined) {
    if (right.type !== "name" || !allowed.includes(right.name))
      throw traceqlError(`${field} compares with one of ${allowed.join(", ")}`, at);
    if (op !== "=" && op !== "!=") throw traceqlError(`${field} compares with = and != only`, at);
    return { kind: "field", field, op, value: right.name };
  }
  if (right.type !== "value") throw traceqlError("one side of a comparison must be a value", at);
  const { value } = right;
  if (field === "duration") {
    if (right.isDuration !== true || value.type !== "number" || op === "=~" || op === "!~")
      throw traceqlError("duration compares with a duration such as 100ms", at);
    return { kind: "field", field, op, value: value.value };
  }
  // A column is always there: a service may be empty, which is as good as none.
  if (value.type === "nil") return { kind: "field", field, op, value: "" };
  if (value.type !== "string") throw traceqlError(`${field} compares with a string`, at);
  const isId = field === "spanId" || field === "traceId" || field === "parentId";
  return { kind: "field", field, op, value: isId ? value.value.toLowerCase() : value.value };
}

export function attributeCondition(
  { scope, key }: Operand & { type: "attribute" },
  op: Comparison,
  value: AttributeOperand,
  at: number,
): SpanFilter {
  const isPattern = op === "=~" || op === "!~";
  if (isPattern && value.type !== "string") throw traceqlError("a pattern must be a string", at);
  const isOrder = op === ">" || op === ">=" || op === "<" || op === "<=";
  if (isOrder && (value.type === "bool" || value.type === "nil"))
    throw traceqlError(`${op} does not compare with ${value.type === "nil" ? "nil" : "a boolean"}`, at);
  return { kind: "attribute", scope, key, op, value };
}

export function traceCondition(
  field: TraceField,
  op: Comparison,
  value: AttributeOperand,
  at: number,
): (trace: TraceExtent) => boolean {
  if (field === "duration") {
    if (value.type !== "number" || op === "=~" || op === "!~")
      throw traceqlError("the trace's duration compares with a duration such as 100ms", at);
    const limit = BigInt(Math.round(value.value));
    return (trace) => holds(trace.durationNs, op, limit);
  }
  if (value.type !== "string") throw traceqlError(`${field} compares with a string`, at);
  if (op === "=~" || op === "!~") {
    const pattern = compilePattern(value.value, at);
    return (trace) => pattern.test(trace[field]) === (op === "=~");
  }
  return (trace) => holds(trace[field], op, value.value);
}

function compilePattern(text: string, at: number): AnchoredRegexp {
  try {
    return compileAnchored(text);
  } catch (cause) {
    throw traceqlError(`the pattern is not valid: ${cause instanceof Error ? cause.message : String(cause)}`, at);
  }
}
