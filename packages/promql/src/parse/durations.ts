import type { SyntaxNode } from "@lezer/common";
import type { DurationBinary, DurationExpr, DurationFunction } from "../ast/nodes.ts";
import type { TreeReader } from "./tree-reader.ts";

const functionNames: Readonly<Record<string, DurationFunction["name"]>> = {
  DurationStep: "step",
  DurationRange: "range",
  DurationMinOf: "min_of",
  DurationMaxOf: "max_of",
};

/** A `DurationExpr` or `OffsetDurationExpr` node. */
export function readDuration(node: SyntaxNode, reader: TreeReader): DurationExpr {
  const span = { start: node.from, end: node.to };
  const first = node.firstChild;
  if (node.name === "NumberDurationLiteralInDurationContext" || first === null) {
    const literal = reader.number(node, node.from);
    if (Math.abs(literal.value) > 2 ** 63 / 1e9) reader.problem("duration out of range", span);
    return { kind: "durationLiteral", span, seconds: literal.value };
  }
  const name = functionNames[first.name];
  if (name !== undefined) {
    const args = node.getChildren("DurationExpr").map((child) => readDuration(child, reader));
    return { kind: "durationFunction", span, name, args };
  }
  if (first.name === "UnaryOp" && node.lastChild) return readSigned(node, node.lastChild, reader);
  const operator = first.nextSibling;
  if (operator !== null && node.lastChild !== null && node.lastChild !== first && operator !== node.lastChild) {
    const text = reader.text(operator) as DurationBinary["operator"];
    const left = readDuration(first, reader);
    const right = readDuration(node.lastChild, reader);
    if (right.kind === "durationLiteral" && right.seconds === 0 && (text === "/" || text === "%"))
      reader.problem(text === "/" ? "division by zero" : "modulo by zero", { start: operator.from, end: operator.to });
    return { kind: "durationBinary", span, operator: text, left, right };
  }
  const inner = readDuration(first, reader);
  return reader.query[node.from] === "(" ? { kind: "durationParen", span, expr: inner } : inner;
}

/** A sign belongs to a literal, and, as elsewhere, binds looser than `^`. */
function readSigned(node: SyntaxNode, operand: SyntaxNode, reader: TreeReader): DurationExpr {
  const operator = reader.query[node.from] === "-" ? "-" : "+";
  const span = { start: node.from, end: node.to };
  const inner = readDuration(operand, reader);
  if (inner.kind === "durationLiteral")
    return { ...inner, span, seconds: operator === "-" ? -inner.seconds : inner.seconds };
  return { kind: "durationUnary", span, operator, expr: inner };
}
