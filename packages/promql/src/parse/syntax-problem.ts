import type { SyntaxNode, Tree } from "@lezer/common";
import type { Problem } from "../errors.ts";
import { quote } from "../text/go-format.ts";

/** The parser recovers from errors and says little about them: the first error node, in Prometheus' words. */
export function syntaxProblem(tree: Tree, query: string): Problem | undefined {
  let first: SyntaxNode | undefined;
  tree.iterate({
    enter: (node) => {
      if (node.type.isError && (first === undefined || node.from < first.from)) first = node.node;
    },
  });
  if (first === undefined) return undefined;
  const token = tokenAt(query, first.from);
  const context = contexts[first.parent?.name ?? ""];
  const where = context === undefined ? "" : ` in ${context.where}`;
  const expected = context?.expected === undefined ? "" : `, expected ${context.expected}`;
  return {
    message: `unexpected ${token.description}${where}${expected}`,
    span: { start: token.start, end: token.end },
  };
}

const contexts: Readonly<Record<string, { readonly where: string; readonly expected?: string }>> = {
  AggregateExpr: { where: "aggregation" },
  GroupingLabels: { where: "grouping opts", expected: "label" },
  LabelMatchers: { where: "label matching", expected: 'identifier or "}"' },
  UnquotedLabelMatcher: { where: "label matching", expected: "string" },
  QuotedLabelMatcher: { where: "label matching", expected: "string" },
  MatrixSelector: { where: "matrix selector", expected: 'duration or "]"' },
  SubqueryExpr: { where: "subquery selector", expected: 'duration or "]"' },
  DurationExpr: { where: "duration expression" },
  OffsetExpr: { where: "offset", expected: "number, duration, step(), or range()" },
  StepInvariantExpr: { where: "@", expected: "timestamp" },
  ParenExpr: { where: "parenthesised expression" },
  UnaryExpr: { where: "unary expression" },
};

interface Token {
  readonly start: number;
  readonly end: number;
  readonly description: string;
}

function tokenAt(query: string, from: number): Token {
  const skipped = /(?:\s|#[^\n]*)*/y;
  skipped.lastIndex = from;
  skipped.exec(query);
  const start = skipped.lastIndex;
  if (start >= query.length) return { start: query.length, end: query.length, description: "end of input" };
  const token = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[a-zA-Z_:][\w:]*|[0-9.][\w.]*|[=!<>]=|=~|!~|./suy;
  token.lastIndex = start;
  const text = token.exec(query)?.[0] ?? "";
  return { start, end: start + text.length, description: describe(text) };
}

const names: Readonly<Record<string, string>> = {
  "(": 'left parenthesis "("',
  ")": 'right parenthesis ")"',
};

function describe(text: string): string {
  if (/^["'`]/.test(text)) return `string ${quote(text)}`;
  if (/^[0-9]+(?:ms|[smhdwy])/.test(text)) return `duration ${quote(text)}`;
  if (/^[0-9.]/.test(text)) return `number ${quote(text)}`;
  if (/^[a-zA-Z_:]/.test(text)) return `identifier ${quote(text)}`;
  if (/^[=!<>+\-*/%^]/.test(text)) return `operator ${quote(text)}`;
  return names[text] ?? quote(text);
}
