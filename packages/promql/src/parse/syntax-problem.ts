import type { SyntaxNode, Tree } from "@lezer/common";
import type { Problem } from "../errors.ts";
import { describe, tokensOf, type Token } from "./tokens.ts";

/** The parser recovers from errors and says little about them: the first error node, in Prometheus' words. */
export function syntaxProblem(tree: Tree, query: string): Problem | undefined {
  let first: SyntaxNode | undefined;
  tree.iterate({
    enter: (node) => {
      if (node.type.isError && (first === undefined || node.from < first.from)) first = node.node;
    },
  });
  if (first === undefined) return undefined;
  const { from } = first;
  const tokens = tokensOf(query);
  const index = tokens.findIndex(({ start }) => start >= from);
  const [previous, token] = [tokens[index - 1], tokens[index]];
  if (token === undefined) return undefined;
  const open = openBrackets(tokens.slice(0, index));
  const unbalanced = unbalancedProblem(token, open);
  if (unbalanced !== undefined) return unbalanced;
  const parent = first.parent?.name ?? "";
  if (previous?.text === "," && parent === "FunctionCallBody")
    return { message: "trailing commas not allowed in function call args", span: spanOf(previous) };
  const insideBraces = open.at(-1) === "{";
  // The grammar takes them for names of labels.
  if (parent === "GroupingLabels" && previous !== undefined && /^(?:nan|inf)$/i.test(previous.text)) {
    const message = `unexpected ${describe(previous.text, false)}${groupingContext(tokens[index - 2])}`;
    return { message, span: spanOf(previous) };
  }
  const foreign = open.at(-1) === "[" ? foreignInDuration(token.text) : foreignCharacter(token.text, insideBraces);
  if (foreign !== undefined) return { message: foreign, span: spanOf(token) };
  const context = insideBraces
    ? ` in label matching, expected ${expectedInBraces(previous?.text ?? "")}`
    : parent === "GroupingLabels"
      ? groupingContext(previous)
      : (contexts[parent] ?? "");
  return { message: `unexpected ${describe(token.text, insideBraces)}${context}`, span: spanOf(token) };
}

/** Characters that are no token at all where they stand. */
function foreignCharacter(text: string, insideBraces: boolean): string | undefined {
  if (insideBraces && /^[^\w"'`,=!{}]/.test(text)) return `unexpected character inside braces: '${text.slice(0, 1)}'`;
  return !insideBraces && text === "=~" ? "unexpected character after '=': '~'" : undefined;
}

const foreignInDuration = (text: string): string | undefined =>
  /^(?:["'`{@]|(?!(?:step|range|min_of|max_of)$)[a-z_])/i.test(text)
    ? `unexpected character in duration expression: '${text.slice(0, 1)}'`
    : undefined;

function expectedInBraces(previous: string): string {
  if (previous === "{" || previous === ",") return 'identifier or "}"';
  if (/^[=!]/.test(previous)) return "string";
  return /^["'`]/.test(previous) ? '"," or "}"' : "label matching operator";
}

/** What may follow depends on what was read last: nothing of the list yet, its start, or a label. */
function groupingContext(previous: Token | undefined): string {
  if (previous?.text === "(" || previous?.text === ",") return " in grouping opts, expected label";
  const expected = /^(?:by|without|on|ignoring)$/i.test(previous?.text ?? "") ? '"("' : '"," or ")"';
  return ` in grouping opts, expected ${expected}`;
}

const contexts: Readonly<Record<string, string>> = {
  AggregateExpr: " in aggregation",
  MatrixSelector: ' in subquery or range, expected ":" or "]"',
  SubqueryExpr: ' in subquery selector, expected duration or "]"',
  DurationExpr: " in subquery or range selector, expected number, duration, step(), or range()",
  OffsetExpr: " in offset, expected number, duration, step(), or range()",
  StepInvariantExpr: " in @, expected timestamp",
  UnaryExpr: " in unary expression",
};

const closing: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** The brackets that are still open after these tokens. */
function openBrackets(tokens: readonly Token[]): readonly string[] {
  const open: string[] = [];
  for (const { text } of tokens)
    if (text === "(" || text === "[" || text === "{") open.push(text);
    else if (open.at(-1) === closing[text]) open.pop();
  return open;
}

function unbalancedProblem(token: Token, open: readonly string[]): Problem | undefined {
  const span = spanOf(token);
  const at = (start: number): Problem["span"] => ({ start, end: Math.max(start, token.end) });
  if (token.text === "" && open.includes("(")) return { message: "unclosed left parenthesis", span };
  if (token.text === "" && open.includes("[")) return { message: "unclosed left bracket", span };
  if (token.text === ")" && !open.includes("("))
    return { message: "unexpected right parenthesis ')'", span: at(token.end) };
  if (token.text === "]" && !open.includes("[")) return { message: "unexpected right bracket ']'", span };
  if (token.text === "}" && !open.includes("{")) return { message: "unexpected character: '}'", span };
  return undefined;
}

function spanOf({ start, end }: Token): Problem["span"] {
  return { start, end };
}
