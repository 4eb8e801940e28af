import { SightglassError } from "../model/errors.ts";

export type TraceqlToken = { at: number; end: number } & (
  | { type: "punctuation"; text: string }
  /** A name, with its scope and quoted parts resolved later: `.http.method`, `span."a b"`, `resource.service.name`. */
  | { type: "word"; text: string }
  | { type: "string"; value: string }
  | { type: "number"; value: number }
  /** In nanoseconds. */
  | { type: "duration"; value: number }
  | { type: "end" }
);

/** @throws SightglassError invalid_argument, with the position */
export function traceqlError(message: string, at: number, hint?: string): SightglassError {
  return new SightglassError("invalid_argument", `TraceQL, position ${at + 1}: ${message}`, {
    hint: hint ?? 'write conditions in braces, such as { resource.service.name = "flights" && duration > 1s }',
  });
}

const space = /\s+/y;
const punctuation = /=~|!~|!=|>=|<=|&&|\|\||!>>|!<<|!>|!<|!~|&>>|&<<|>>|<<|[{}()=<>!|~,+*/^%]/y;
const duration = /(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+(?![\w.])/y;
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
const quoted = /"(?:[^"\\]|\\.)*"|`[^`]*`/y;
/** A name ends at a blank, a bracket or an operator; quoted parts may hold those. */
const word = /(?:[^\s{}()=<>!|&~,+*/^%"`]|"(?:[^"\\]|\\.)*")+/y;

const unitNs: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** @throws SightglassError invalid_argument */
export function lexTraceql(text: string): TraceqlToken[] {
  const tokens: TraceqlToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const blank = take(space);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const [token, length] = nextToken(take, at, text);
    tokens.push({ ...token, at, end: at + length });
    at += length;
  }
  tokens.push({ type: "end", at: text.length, end: text.length });
  return tokens;
}

type Unplaced = TraceqlToken extends infer Token ? (Token extends unknown ? Omit<Token, "at" | "end"> : never) : never;

function nextToken(take: (pattern: RegExp) => string | undefined, at: number, text: string): [Unplaced, number] {
  const lengthText = take(duration);
  if (lengthText !== undefined) return [{ type: "duration", value: durationNs(lengthText) }, lengthText.length];
  const numberText = take(number);
  if (numberText !== undefined) return [{ type: "number", value: Number(numberText) }, numberText.length];
  const stringText = take(quoted);
  if (stringText !== undefined) return [{ type: "string", value: unquote(stringText, at) }, stringText.length];
  const mark = take(punctuation);
  if (mark !== undefined) return [{ type: "punctuation", text: mark }, mark.length];
  const wordText = take(word);
  if (wordText !== undefined) return [{ type: "word", text: wordText }, wordText.length];
  if (text[at] === '"' || text[at] === "`") throw traceqlError("the text has no closing quote", at);
  throw traceqlError(`"${text[at]}" is not expected here`, at);
}

function durationNs(text: string): number {
  let total = 0;
  for (const [, count, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g))
    total += Number(count) * (unitNs[unit] ?? 0);
  return total;
}

export function unquote(text: string, at: number): string {
  if (text.startsWith("`")) return text.slice(1, -1);
  const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\" };
  return text.slice(1, -1).replaceAll(/\\(.)/g, (_whole, letter: string) => {
    const meant = escapes[letter];
    // In a regular expression a backslash is common; like Go, TraceQL wants it doubled in a quoted string.
    if (meant === undefined)
      throw traceqlError(`\\${letter} is not an escape`, at, "double the backslash, or quote with backticks");
    return meant;
  });
}
