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
  const matches = regexpPredicate(value);
  return operator === "=~" ? matches : (candidate) => !matches(candidate);
}

const literal = String.raw`[^\\.+*?()|[\]{}^$]*`;
const alternatives = new RegExp(`^${literal}(?:\\|${literal})*$`);
const literalAndAnything = new RegExp(`^(${literal})\\.([*+])$`);

/** Most regular expressions in queries list words or a prefix, which need no regular expression. */
function regexpPredicate(value: string): (candidate: string) => boolean {
  if (alternatives.test(value)) {
    const words = new Set(value.split("|"));
    return (candidate) => words.has(candidate);
  }
  const [, prefix, repeat] = literalAndAnything.exec(value) ?? [];
  if (prefix !== undefined) {
    const shortest = prefix.length + (repeat === "+" ? 1 : 0);
    return (candidate) => candidate.length >= shortest && candidate.startsWith(prefix);
  }
  const pattern = compileAnchored(value);
  return (candidate) => pattern.test(candidate);
}

export function matcherText(matcher: Matcher): string {
  const name = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(matcher.name) ? matcher.name : quote(matcher.name);
  return `${name}${matcher.operator}${quote(matcher.value)}`;
}
