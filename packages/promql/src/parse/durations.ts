import type { SyntaxNode } from "@lezer/common";
import type { DurationBinary, DurationExpr, DurationFunction } from "../ast/nodes.ts";
import type { Span } from "../text/position.ts";
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
    return durationFunction(
      name,
      node.getChildren("DurationExpr").map((child) => readDuration(child, reader)),
      span,
    );
  }
  if (first.name === "UnaryOp" && node.lastChild) return readSigned(node, node.lastChild, reader);
  const operator = first.nextSibling;
  if (operator !== null && node.lastChild !== null && node.lastChild !== first && operator !== node.lastChild) {
    const text = reader.text(operator) as DurationBinary["operator"];
    const left = readDuration(first, reader);
    const right = readDuration(node.lastChild, reader);
    return durationBinary({ left, operator: text, right }, { start: operator.from, end: operator.to }, reader);
  }
  const inner = readDuration(first, reader);
  return reader.query[node.from] === "(" ? { kind: "durationParen", span: inner.span, expr: inner } : inner;
}

/** What was read of a duration with an operator in it, and the place of the operator. */
export function durationBinary(
  { left, operator, right }: Pick<DurationBinary, "left" | "operator" | "right">,
  operatorSpan: Span,
  reader: TreeReader,
): DurationBinary {
  if (right.kind === "durationLiteral" && right.seconds === 0 && (operator === "/" || operator === "%"))
    reader.problem(operator === "/" ? "division by zero" : "modulo by zero", operatorSpan);
  return { kind: "durationBinary", span: { start: left.span.start, end: right.span.end }, operator, left, right };
}

/** Errors of a function with arguments are told where these are. */
export function durationFunction(
  name: DurationFunction["name"],
  args: readonly DurationExpr[],
  span: Span,
): DurationFunction {
  const [first, last] = [args[0], args.at(-1)];
  const told = first === undefined || last === undefined ? span : { start: first.span.start, end: last.span.end };
  return { kind: "durationFunction", span: told, name, args };
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
