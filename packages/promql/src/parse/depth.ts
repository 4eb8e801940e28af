import type { Problem } from "../errors.ts";
import { isOperator, tokensOf } from "./tokens.ts";

/**
 * Levels of a query. Prometheus' parser has no limit; Lezer's gives up at some 930, wherever it is then, and evaluation calls itself
 * for each level.
 */
export const depthMax = 900;

/**
 * Whether a query has more levels than can be read: brackets within one another, and operators one after the other, of which each
 * has all before it as an operand.
 */
export function depthProblem(query: string): Problem | undefined {
  if (query.length <= depthMax) return undefined;
  /** For each open bracket, and outside of all: the operators since the last comma. */
  const operators = [0];
  let depth = 0;
  for (const token of tokensOf(query)) {
    const { text, start, end } = token;
    if (text === "(" || text === "[" || text === "{") {
      operators.push(0);
      depth++;
    } else if (text === ")" || text === "]" || text === "}") {
      if (operators.length > 1) depth -= operators.pop()! + 1;
    } else if (text === ",") {
      depth -= operators.at(-1)!;
      operators[operators.length - 1] = 0;
    } else if (isOperator(token)) {
      operators[operators.length - 1]!++;
      depth++;
    }
    if (depth > depthMax) {
      const message = `more than ${depthMax} operators after one another and brackets within one another, make it several queries or match several values with =~`;
      return { message, span: { start, end } };
    }
  }
  return undefined;
}
