import { quote } from "../text/go-format.ts";
import { compileAnchored } from "../text/go-regexp.ts";

export type MatchOperator = "=" | "!=" | "=~" | "!~";

/** One condition on a label. A label that is missing has the value "". */
export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  matches(value: string): boolean;
}

/** @throws InvalidRegexpError when the value of a regular expression matcher is none. */
export function createMatcher(name: string, operator: MatchOperator, value: string): Matcher {
  return { name, operator, value, matches: predicate(operator, value) };
}

function predicate(operator: MatchOperator, value: string): (candidate: string) => boolean {
  if (operator === "=") return (candidate) => candidate === value;
  if (operator === "!=") return (candidate) => candidate !== value;
  const pattern = compileAnchored(value);
  return operator === "=~" ? (candidate) => pattern.test(candidate) : (candidate) => !pattern.test(candidate);
}

export function matcherText(matcher: Matcher): string {
  const name = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(matcher.name) ? matcher.name : quote(matcher.name);
  return `${name}${matcher.operator}${quote(matcher.value)}`;
}
