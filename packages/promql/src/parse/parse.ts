import type { PartialParse, Tree } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import type { Expr, VectorSelector } from "../ast/nodes.ts";
import { check, type LanguageOptions } from "../check/check.ts";
import { parseError, type Problem } from "../errors.ts";
import { Builder } from "./build.ts";
import { depthProblem } from "./depth.ts";
import { maskQuery } from "./mask.ts";
import { syntaxProblem } from "./syntax-problem.ts";

/**
 * Reads a query: syntax, then types.
 * @throws PromqlError with code `parse`; its message is `line:column: parse error: ...`.
 */
export function parse(query: string, options: LanguageOptions = {}): Expr {
  const expr = parseUnchecked(query);
  const problems = check(expr, query, options);
  if (problems.length > 0) throw parseError(query, problems);
  return expr;
}

function parseUnchecked(query: string): Expr {
  if (query.replace(/#[^\n]*/g, "").trim() === "")
    throw parseError(query, [{ message: "no expression found in input", span: { start: 0, end: query.length } }]);
  const { masked, problems } = maskQuery(query);
  if (problems.length > 0) throw parseError(query, problems);
  const tooDeep = depthProblem(query);
  if (tooDeep !== undefined) throw parseError(query, [tooDeep]);
  const tree = treeOf(masked);
  const syntax = syntaxProblem(tree, query);
  if (syntax !== undefined) throw parseError(query, [syntax]);
  const top = tree.topNode.firstChild;
  const builder = new Builder(query);
  const expr = top === null ? undefined : builder.expression(top);
  if (expr === undefined || builder.problems.length > 0) throw parseError(query, orUnreadable(builder.problems, query));
  return expr;
}

/**
 * As `parser.parse`, but for one thing: after 300 operators of one level (`a or b or ...`) and 2,000 characters Lezer makes an error of
 * the next one, so that the tree of an editor does not become too deep (@lezer/lr, MaxLeftAssociativeReductionCount). It counts in
 * a field that is not part of its types.
 */
function treeOf(text: string): Tree {
  const parsing: PartialParse & { bigReductionCount?: number } = parser.startParse(text);
  for (;;) {
    parsing.bigReductionCount = 0;
    const tree = parsing.advance();
    if (tree !== null) return tree;
  }
}

function orUnreadable(problems: readonly Problem[], query: string): readonly Problem[] {
  return problems.length > 0 ? problems : [{ message: "cannot be read", span: { start: 0, end: query.length } }];
}

/** Reads a selector such as `up{job="x"}` without modifiers, as `match[]` parameters hold. */
export function parseSelector(text: string): VectorSelector {
  const expr = parse(text);
  if (expr.kind !== "vectorSelector" || expr.offset !== undefined || expr.at !== undefined)
    throw parseError(text, [{ message: "expected a series selector only", span: expr.span }]);
  return expr;
}
