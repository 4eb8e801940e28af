import type { SyntaxNode } from "@lezer/common";
import type { VectorSelector } from "../ast/nodes.ts";
import { metricNameLabel } from "../model/labels.ts";
import { createMatcher, type Matcher, type MatchOperator } from "../model/matcher.ts";
import type { TreeReader } from "./tree-reader.ts";

export function readSelector(node: SyntaxNode, reader: TreeReader): VectorSelector {
  const identifier = node.getChild("Identifier");
  const span = { start: node.from, end: node.to };
  const matchers: Matcher[] = [];
  let name = identifier === null ? "" : reader.text(identifier);
  const list = node.getChild("LabelMatchers");
  for (let child = list?.firstChild ?? null; child !== null; child = child.nextSibling) {
    if (child.name === "QuotedLabelName" && child.firstChild) {
      const quoted = reader.string(child.firstChild);
      if (name !== "")
        reader.problem(`metric name must not be set twice: ${JSON.stringify(name)} or ${JSON.stringify(quoted)}`, span);
      name = quoted;
    } else {
      const matcher = readMatcher(child, reader);
      if (matcher !== undefined) matchers.push(matcher);
    }
  }
  if (name !== "") matchers.push(createMatcher(metricNameLabel, "=", name));
  return { kind: "vectorSelector", span, name, matchers, anchored: false, smoothed: false };
}

function readMatcher(node: SyntaxNode, reader: TreeReader): Matcher | undefined {
  const operator = node.getChild("MatchOp");
  const value = node.getChild("StringLiteral");
  const plain = node.getChild("LabelName");
  const quoted = node.getChild("QuotedLabelName")?.firstChild;
  if (operator === null || value === null) return undefined;
  const name = plain !== null ? reader.text(plain) : quoted ? reader.string(quoted) : "";
  const span = { start: node.from, end: node.to };
  if (name === "") reader.problem('invalid label name for matching: ""', span);
  try {
    return createMatcher(name, reader.text(operator) as MatchOperator, reader.string(value));
  } catch (thrown) {
    reader.problem(thrown instanceof Error ? thrown.message : String(thrown), span);
    return undefined;
  }
}
