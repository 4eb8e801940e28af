/** Why a string literal cannot be read. */
export class InvalidStringError extends Error {
  override readonly name = "InvalidStringError";
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\u000b",
  "\\": "\\",
};

/**
 * The value of a PromQL string literal (with its quotes). Escapes follow Go in single and double quotes; backquotes
 * are raw. `\xhh` and octal escapes are bytes: together they must be valid UTF-8.
 * @throws InvalidStringError
 */
export function unquote(literal: string): string {
  const delimiter = literal[0];
  if (literal.length < 2 || delimiter === undefined || literal.at(-1) !== delimiter)
    throw new InvalidStringError("unterminated quoted string");
  const body = literal.slice(1, -1);
  if (delimiter === "`") {
    if (body.includes("`")) throw new InvalidStringError("invalid syntax");
    return body;
  }
  if (body.includes("\n")) throw new InvalidStringError("unterminated quoted string");
  if (!body.includes("\\")) return body;
  return decode(body, delimiter);
}

function decode(body: string, delimiter: string): string {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  let index = 0;
  while (index < body.length) {
    const character = String.fromCodePoint(body.codePointAt(index) ?? 0);
    index += character.length;
    if (character !== "\\") {
      bytes.push(...encoder.encode(character));
      continue;
    }
    const escape = body[index] ?? "";
    index++;
    const simple = simpleEscapes[escape];
    if (simple !== undefined || escape === delimiter) {
      bytes.push(...encoder.encode(simple ?? escape));
    } else if (escape === "x" || escape === "u" || escape === "U") {
      const length = escape === "x" ? 2 : escape === "u" ? 4 : 8;
      const code = readDigits(body.slice(index, index + length), length, 16);
      index += length;
      if (escape === "x") bytes.push(code);
      else bytes.push(...encoder.encode(readCodePoint(code)));
    } else if (/[0-7]/.test(escape)) {
      const code = readDigits(body.slice(index - 1, index + 2), 3, 8);
      index += 2;
      if (code > 255) throw new InvalidStringError("octal escape is over 255");
      bytes.push(code);
    } else {
      throw new InvalidStringError(`unknown escape sequence \\${escape}`);
    }
  }
  return decodeUtf8(bytes);
}

function readDigits(text: string, length: number, radix: number): number {
  const valid = radix === 16 ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/;
  if (text.length !== length || !valid.test(text)) throw new InvalidStringError("invalid character in escape sequence");
  return Number.parseInt(text, radix);
}

function readCodePoint(code: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    throw new InvalidStringError("escape sequence is an invalid Unicode code point");
  return String.fromCodePoint(code);
}

/** Bytes that are no UTF-8 stay recognisable: each becomes the lone surrogate U+DC00 + byte, which no valid text has. */
function decodeUtf8(bytes: readonly number[]): string {
  const strict = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0);
    try {
      text += strict.decode(Uint8Array.from(bytes.slice(at, at + length)));
      at += length;
    } catch {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at++;
    }
  }
  return text;
}

const sequenceLength = (lead: number): number => (lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
