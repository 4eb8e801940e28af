import type { SyntaxNode } from "@lezer/common";
import type { VectorMatching } from "../ast/nodes.ts";
import type { Builder } from "./build.ts";

/** How the series of the two sides of a binary operator find each other. */
export function readMatching(node: SyntaxNode, builder: Builder): VectorMatching {
  const clause = node.getChild("MatchingModifierClause");
  const lists = clause?.getChildren("GroupingLabels") ?? [];
  const left = clause?.getChild("GroupLeft");
  const right = clause?.getChild("GroupRight");
  return {
    cardinality: left ? "many-to-one" : right ? "one-to-many" : "one-to-one",
    on: clause?.getChild("On") != null,
    labels: lists[0] === undefined ? [] : builder.labelNames(lists[0]),
    include: lists[1] === undefined ? [] : builder.labelNames(lists[1]),
    ...readFill(node, builder),
  };
}

function readFill(node: SyntaxNode, builder: Builder): { fillLeft?: number; fillRight?: number } {
  const modifier = node.getChild("FillModifier");
  const value = (name: string): number | undefined => {
    const literal = modifier?.getChild(name)?.getChild("NumberDurationLiteral");
    if (!literal) return undefined;
    const text = builder.text(literal);
    const signed = /^[-+]\s*/.exec(text);
    const number = builder.number(literal, literal.from + (signed?.[0].length ?? 0));
    return signed?.[0].startsWith("-") ? -number.value : number.value;
  };
  const both = value("FillClause");
  const fillLeft = both ?? value("FillLeftClause");
  const fillRight = both ?? value("FillRightClause");
  return { ...(fillLeft === undefined ? {} : { fillLeft }), ...(fillRight === undefined ? {} : { fillRight }) };
}
