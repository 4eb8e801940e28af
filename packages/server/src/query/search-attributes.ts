import { SightglassError } from "../model/errors.ts";
import type { AttributeScope, Comparison, SpanFilter } from "./search-filter.ts";

/**
 * One condition of a form: `key=value`, `key!=value`, `key>5`, `key=~pattern`. The value is taken as it is typed; what
 * type the attribute has need not be known.
 * @throws SightglassError invalid_argument, with the position
 */
export function parseAttributeCondition(text: string, scope: AttributeScope): SpanFilter {
  const match = /^([^=<>!]+?)\s*(!=|=~|!~|>=|<=|=|>|<)\s*(.*)$/s.exec(text);
  if (match === null) {
    const at = /[=<>!]/.exec(text)?.index ?? text.length;
    const problem = at === 0 ? "the key is missing" : "= and a value are missing";
    throw new SightglassError("invalid_argument", `attribute condition "${text}", position ${at + 1}: ${problem}`, {
      hint: "write key=value, such as db.table=flights; also != > >= < <= =~ !~",
    });
  }
  const [, key = "", operator = "=", value = ""] = match;
  const op = operator as Comparison;
  if (op === "=" || op === "!=") return { kind: "attribute", scope, key, op, value: { type: "text", value } };
  if (op === "=~" || op === "!~") return { kind: "attribute", scope, key, op, value: { type: "string", value } };
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (Number.isNaN(number))
    throw new SightglassError(
      "invalid_argument",
      `attribute condition "${text}", position ${text.length - value.length + 1}: ${op} needs a number`,
      { hint: `write ${key}${op}100` },
    );
  return { kind: "attribute", scope, key, op, value: { type: "number", value: number } };
}

/**
 * Conditions in logfmt, as Tempo's `tags` has them: `service.name=flights http.status_code=500 name="GET /"`.
 * @throws SightglassError invalid_argument, with the position
 */
export function parseLogfmt(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  const pair = /\s*([^\s="]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*)))?(?=\s|$)/y;
  while (pair.lastIndex < text.trimEnd().length) {
    const at = pair.lastIndex;
    const match = pair.exec(text);
    if (match === null)
      throw new SightglassError("invalid_argument", `tags, position ${at + 1}: not key=value in logfmt`, {
        hint: 'write key=value pairs with blanks between them, and values with blanks in quotes: name="GET /"',
      });
    const [, key = "", quoted, plain = ""] = match;
    if (pairs.has(key))
      throw new SightglassError("invalid_argument", `tags, position ${at + 1}: ${key} is there twice`, {
        hint: "give each tag once",
      });
    pairs.set(key, quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, "$1"));
  }
  return pairs;
}
