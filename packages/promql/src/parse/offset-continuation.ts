import type { SyntaxNode } from "@lezer/common";
import type { DurationBinary, DurationExpr, DurationFunction } from "../ast/nodes.ts";
import { durationBinary, durationFunction } from "./durations.ts";
import { flatten, type Item } from "./flatten.ts";
import type { TreeReader } from "./tree-reader.ts";

/** Binding of the operators of durations, as in expressions. */
const precedences: Readonly<Record<string, number>> = { "+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "^": 3 };
const signPrecedence = 2;
const names: ReadonlySet<string> = new Set(["step", "range", "min_of", "max_of"]);

export interface Cursor {
  at: number;
}

/** Whether the offset is one that goes on as a duration: `offset (1m) * 2` is two minutes; `offset 1m * 2` is not. */
export const mayGoOn = (offset: SyntaxNode, query: string): boolean =>
  offset.name === "OffsetExpr" && offset.lastChild !== null && query[offset.lastChild.from] === "(";

/** `left` and what follows of it in a run of operators; the cursor moves behind it. */
export function continueDuration(
  left: DurationExpr,
  items: readonly Item[],
  cursor: Cursor,
  reader: TreeReader,
  minimum = 0,
): DurationExpr {
  for (let whole = left; ;) {
    const item = items[cursor.at];
    if (item?.kind !== "binary") return whole;
    const operator = reader.text(item.operator);
    const precedence = precedences[operator];
    if (precedence === undefined || precedence < minimum) return whole;
    cursor.at++;
    const next = operand(items, cursor, reader);
    const right = continueDuration(next, items, cursor, reader, operator === "^" ? precedence : precedence + 1);
    const parts = { left: whole, operator: operator as DurationBinary["operator"], right };
    whole = durationBinary(parts, { start: item.operator.from, end: item.operator.to }, reader);
  }
}

function operand(items: readonly Item[], cursor: Cursor, reader: TreeReader): DurationExpr {
  const item = items[cursor.at++];
  if (item === undefined) throw new RangeError("an operand is missing");
  if (item.kind === "sign") {
    const inner = continueDuration(operand(items, cursor, reader), items, cursor, reader, signPrecedence + 1);
    const span = { start: item.start, end: inner.span.end };
    if (inner.kind === "durationLiteral")
      return { ...inner, span, seconds: item.operator === "-" ? -inner.seconds : inner.seconds };
    return { kind: "durationUnary", span, operator: item.operator, expr: inner };
  }
  if (item.kind === "literal") {
    const { span, value } = reader.number(item.node, item.start);
    return { kind: "durationLiteral", span, seconds: value };
  }
  return fromNode(item.node, reader);
}

function fromNode(node: SyntaxNode, reader: TreeReader): DurationExpr {
  const name = node.name === "FunctionCall" ? node.getChild("FunctionIdentifier") : null;
  if (node.name === "ParenExpr" && node.firstChild) {
    const inner = wholeOf(node.firstChild, reader);
    return { kind: "durationParen", span: inner.span, expr: inner };
  }
  if (name !== null && names.has(reader.text(name).toLowerCase())) {
    const args: DurationExpr[] = [];
    for (let arg = node.getChild("FunctionCallBody")?.firstChild ?? null; arg !== null; arg = arg.nextSibling)
      args.push(wholeOf(arg, reader));
    const span = { start: node.from, end: node.to };
    return durationFunction(reader.text(name).toLowerCase() as DurationFunction["name"], args, span);
  }
  const span = { start: node.from, end: node.to };
  reader.problem(`unexpected ${reader.text(node)} in offset, expected number, duration, step(), or range()`, span);
  return { kind: "durationLiteral", span, seconds: 0 };
}

function wholeOf(node: SyntaxNode, reader: TreeReader): DurationExpr {
  const items = flatten(node, reader.query);
  const cursor = { at: 0 };
  return continueDuration(operand(items, cursor, reader), items, cursor, reader);
}
