import type { SyntaxNode } from "@lezer/common";

/**
 * The grammar package gives postfix modifiers the loosest binding: it reads `a + b offset 5m` as `(a + b) offset 5m`,
 * and `-1 ^ 2` as `(-1) ^ 2`. So its grouping of operators is not used at all: a run of operators is flattened into
 * items, in the order of the text, and grouped anew by Prometheus' precedences (precedence.ts).
 */
export type Item =
  | { readonly kind: "operand"; readonly node: SyntaxNode }
  /** `start` skips the sign of a signed literal. */
  | { readonly kind: "literal"; readonly node: SyntaxNode; readonly start: number }
  | { readonly kind: "sign"; readonly operator: "+" | "-"; readonly start: number }
  | { readonly kind: "binary"; readonly node: SyntaxNode; readonly operator: SyntaxNode }
  | { readonly kind: "postfix"; readonly node: SyntaxNode };

const postfixes: ReadonlySet<string> = new Set([
  "OffsetExpr",
  "StepInvariantExpr",
  "MatrixSelector",
  "SubqueryExpr",
  "AnchoredExpr",
  "SmoothedExpr",
]);

export function flatten(node: SyntaxNode, query: string, items: Item[] = []): Item[] {
  const first = node.firstChild;
  if (node.name === "BinaryExpr" && first?.nextSibling && node.lastChild) {
    flatten(first, query, items);
    items.push({ kind: "binary", node, operator: first.nextSibling });
    return flatten(node.lastChild, query, items);
  }
  if (node.name === "UnaryExpr" && first && node.lastChild) {
    items.push({ kind: "sign", operator: query[first.from] === "-" ? "-" : "+", start: first.from });
    return flatten(node.lastChild, query, items);
  }
  if (postfixes.has(node.name) && first) {
    flatten(first, query, items);
    items.push({ kind: "postfix", node });
    return items;
  }
  if (node.name === "NumberDurationLiteral") {
    const sign = query[node.from];
    if (sign !== "-" && sign !== "+") items.push({ kind: "literal", node, start: node.from });
    else {
      items.push({ kind: "sign", operator: sign, start: node.from });
      const skipped = /[-+]\s*/y;
      skipped.lastIndex = node.from;
      skipped.exec(query);
      items.push({ kind: "literal", node, start: skipped.lastIndex });
    }
    return items;
  }
  items.push({ kind: "operand", node });
  return items;
}
