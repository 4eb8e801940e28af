import { aggregateOperators } from "../check/signatures.ts";
import { quote } from "../text/go-format.ts";

/** A token of a query as an error message names it. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const pattern = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[a-zA-Z_:][\w:]*|[0-9.][\w.]*|[=!<>]=|=~|!~|[<>]\/|./suy;
const skipped = /(?:\s|#[^\n]*)*/y;

/** All tokens; the last is the end of the query, with an empty text. */
export function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ;) {
    skipped.lastIndex = at;
    skipped.exec(query);
    const start = skipped.lastIndex;
    pattern.lastIndex = start;
    const text = pattern.exec(query)?.[0] ?? "";
    at = start + text.length;
    tokens.push({ start, end: at, text });
    if (text === "") return tokens;
  }
}

const keywords: ReadonlySet<string> = new Set(
  "offset by without on ignoring group_left group_right bool fill fill_left fill_right anchored smoothed".split(" "),
);
const wordOperators: ReadonlySet<string> = new Set(["and", "or", "unless", "atan2"]);
const plainWords: ReadonlySet<string> = new Set(["start", "end"]);

/** Whether a token outside of braces is an operator between two operands, or a sign before one. */
export function isOperator({ text }: Token): boolean {
  return wordOperators.has(text.toLowerCase()) || /^(?:[-+*/%^]|[=!<>]=|[<>]\/?)$/.test(text);
}

export function describe(text: string, insideBraces: boolean): string {
  if (text === "") return "end of input";
  if (/^["'`]/.test(text)) return `string ${quote(text)}`;
  if (/^[0-9]+(?:ms|[smhdwy])/.test(text)) return `duration ${quote(text)}`;
  if (/^[0-9.]/.test(text)) return `number ${quote(text)}`;
  if (/^[a-zA-Z_:]/.test(text)) return describeWord(text, insideBraces);
  if (text === "=" || !/^[=!<>+\-*/%^@]/.test(text)) return quote(text);
  return `<op:${text}>`;
}

function describeWord(text: string, insideBraces: boolean): string {
  const lower = text.toLowerCase();
  if (insideBraces) return `identifier ${quote(text)}`;
  if (wordOperators.has(lower)) return `<op:${text}>`;
  if (keywords.has(lower)) return `<${text}>`;
  if (aggregateOperators.has(lower)) return `<aggr:${text}>`;
  if (plainWords.has(lower)) return quote(text);
  if (lower === "nan" || lower === "inf") return `number ${quote(text)}`;
  return `${text.includes(":") ? "metric identifier" : "identifier"} ${quote(text)}`;
}
