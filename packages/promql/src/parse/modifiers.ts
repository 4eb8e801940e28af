import { formatFloat } from "../text/go-format.ts";
import type { SyntaxNode } from "@lezer/common";
import type { AtModifier, DurationExpr, Expr } from "../ast/nodes.ts";
import type { Span } from "../text/position.ts";
import type { TreeReader } from "./tree-reader.ts";
import { readDuration } from "./durations.ts";

/**
 * A postfix on an operand: `[5m]`, `[5m:1m]`, `offset 5m`, `@ 10`, `anchored`, `smoothed`. `goOn` reads what follows of an
 * offset that may go on.
 */
export function applyModifier(
  expr: Expr,
  node: SyntaxNode,
  reader: TreeReader,
  goOn: (offset: DurationExpr) => DurationExpr = (offset) => offset,
): Expr {
  const span = { start: expr.span.start, end: node.to };
  switch (node.name) {
    case "MatrixSelector":
      return applyRange(expr, node, reader, span);
    case "SubqueryExpr":
      return applySubquery(expr, node, reader, span);
    case "OffsetExpr":
      return applyOffset(expr, node, reader, span, goOn);
    case "StepInvariantExpr":
      return applyAt(expr, node, reader, span);
    default:
      return applyExtension(expr, node.name === "AnchoredExpr" ? "anchored" : "smoothed", reader, span);
  }
}

function applyRange(expr: Expr, node: SyntaxNode, reader: TreeReader, span: Span): Expr {
  const range = positive(node.getChild("DurationExpr"), reader);
  const brackets = { start: reader.query.lastIndexOf("[", range.span.start), end: node.to };
  if (expr.kind !== "vectorSelector") {
    reader.problem("ranges only allowed for vector selectors", brackets);
    return expr;
  }
  if (expr.offset !== undefined) reader.problem("no offset modifiers allowed before range", brackets);
  if (expr.at !== undefined) reader.problem("no @ modifiers allowed before range", brackets);
  return { kind: "matrixSelector", span, selector: expr, range };
}

function applySubquery(expr: Expr, node: SyntaxNode, reader: TreeReader, span: Span): Expr {
  const [rangeNode, stepNode] = node.getChildren("DurationExpr");
  const range = positive(rangeNode ?? null, reader);
  return { kind: "subquery", span, expr, range, ...(stepNode ? { step: positive(stepNode, reader) } : {}) };
}

/** A literal that is zero or less is refused here; what is computed, when the query is known. */
function positive(node: SyntaxNode | null, reader: TreeReader): DurationExpr {
  if (node === null) throw new RangeError("a duration is missing");
  const duration = readDuration(node, reader);
  if (duration.kind === "durationLiteral" && !(duration.seconds > 0))
    reader.problem("duration must be greater than 0", duration.span);
  return duration;
}

function applyOffset(
  expr: Expr,
  node: SyntaxNode,
  reader: TreeReader,
  { start }: Span,
  goOn: (offset: DurationExpr) => DurationExpr,
): Expr {
  const durationNode = node.lastChild;
  if (durationNode === null) throw new RangeError("an offset is missing");
  const offset = goOn(readDuration(durationNode, reader));
  const span = { start, end: Math.max(node.to, offset.span.end) };
  const inner = expr.kind === "matrixSelector" ? expr.selector : expr;
  if (inner.kind !== "vectorSelector" && inner.kind !== "subquery") {
    const message =
      "offset modifier must be preceded by an instant vector selector or range vector selector or a subquery";
    reader.problem(message, expr.span);
    return expr;
  }
  if (inner.offset !== undefined) reader.problem("offset may not be set multiple times", expr.span);
  if (expr.kind === "matrixSelector") return { ...expr, span, selector: { ...expr.selector, offset } };
  return { ...inner, span, offset };
}

function applyAt(expr: Expr, node: SyntaxNode, reader: TreeReader, span: Span): Expr {
  const at = readAt(node, reader, expr.span);
  const inner = expr.kind === "matrixSelector" ? expr.selector : expr;
  if (inner.kind !== "vectorSelector" && inner.kind !== "subquery") {
    const message = "@ modifier must be preceded by an instant vector selector or range vector selector or a subquery";
    reader.problem(message, expr.span);
    return expr;
  }
  if (inner.at !== undefined) reader.problem("@ <timestamp> may not be set multiple times", expr.span);
  if (expr.kind === "matrixSelector") return { ...expr, span, selector: { ...expr.selector, at } };
  return { ...inner, span, at };
}

const timestampSecondsMax = 2 ** 63;

function readAt(node: SyntaxNode, reader: TreeReader, span: Span): AtModifier {
  const preprocessor = node.getChild("AtModifierPreprocessors");
  if (preprocessor !== null) return { kind: preprocessor.getChild("AtStart") === null ? "end" : "start" };
  const literal = node.getChild("NumberDurationLiteral");
  if (literal === null) throw new RangeError("a timestamp is missing");
  const signed = /^[-+]\s*/.exec(reader.text(literal))?.[0] ?? "";
  const seconds = reader.number(literal, literal.from + signed.length).value * (signed.startsWith("-") ? -1 : 1);
  if (!(Math.abs(seconds) < timestampSecondsMax))
    reader.problem(
      `timestamp out of bounds for @ modifier: ${Number.isFinite(seconds) ? seconds.toFixed(6) : formatFloat(seconds)}`,
      span,
    );
  return { kind: "time", timeMs: Math.round(seconds * 1000) };
}

function applyExtension(expr: Expr, modifier: "anchored" | "smoothed", reader: TreeReader, span: Span): Expr {
  const inner = expr.kind === "matrixSelector" ? expr.selector : expr;
  if (inner.kind === "subquery") reader.problem(`${modifier} modifier is not supported for subqueries`, expr.span);
  if (inner.kind !== "vectorSelector") {
    if (inner.kind !== "subquery") reader.problem(`${modifier} modifier not implemented`, expr.span);
    return expr;
  }
  if (modifier === "anchored" ? inner.smoothed : inner.anchored)
    reader.problem("anchored and smoothed modifiers cannot be used together", expr.span);
  if (expr.kind === "matrixSelector") return { ...expr, span, selector: { ...expr.selector, [modifier]: true } };
  return { ...inner, span, [modifier]: true };
}
