import type { SyntaxNode } from "@lezer/common";
import type { VectorMatching } from "../ast/nodes.ts";
import type { TreeReader } from "./tree-reader.ts";

/** How the series of the two sides of a binary operator find each other. */
export function readMatching(node: SyntaxNode, reader: TreeReader): VectorMatching {
  const clause = node.getChild("MatchingModifierClause");
  const lists = clause?.getChildren("GroupingLabels") ?? [];
  const left = clause?.getChild("GroupLeft");
  const right = clause?.getChild("GroupRight");
  return {
    cardinality: left ? "many-to-one" : right ? "one-to-many" : "one-to-one",
    on: clause?.getChild("On") != null,
    labels: lists[0] === undefined ? [] : reader.labelNames(lists[0]),
    include: lists[1] === undefined ? [] : reader.labelNames(lists[1]),
    ...readFill(node, reader),
  };
}

function readFill(node: SyntaxNode, reader: TreeReader): { fillLeft?: number; fillRight?: number } {
  const modifier = node.getChild("FillModifier");
  const value = (name: string): number | undefined => {
    const literal = modifier?.getChild(name)?.getChild("NumberDurationLiteral");
    if (!literal) return undefined;
    const text = reader.text(literal);
    const signed = /^[-+]\s*/.exec(text);
    const number = reader.number(literal, literal.from + (signed?.[0].length ?? 0));
    return signed?.[0].startsWith("-") ? -number.value : number.value;
  };
  const both = value("FillClause");
  const fillLeft = both ?? value("FillLeftClause");
  const fillRight = both ?? value("FillRightClause");
  return { ...(fillLeft === undefined ? {} : { fillLeft }), ...(fillRight === undefined ? {} : { fillRight }) };
}
