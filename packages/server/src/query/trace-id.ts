import { SightglassError } from "../model/errors.ts";

/**
 * A trace id as 32 lower-case hexadecimal digits. As Jaeger and Tempo do, shorter ids are padded with zeros on the left
 * (64-bit ids of older clients, ids shown without leading zeros) and upper case is taken too.
 * @throws SightglassError invalid_argument
 */
export function parseTraceId(text: string): string {
  return parseHexId(text, { what: "trace id", digits: 32, example: "5b8efff798038103d269b633813fc60c" });
}

/** A span id as 16 lower-case hexadecimal digits, padded likewise. @throws SightglassError invalid_argument */
export function parseSpanId(text: string): string {
  return parseHexId(text, { what: "span id", digits: 16, example: "eee19b7ec3c1b174" });
}

function parseHexId(text: string, id: { what: string; digits: number; example: string }): string {
  if (text.length >= 1 && text.length <= id.digits && /^[0-9a-f]+$/i.test(text))
    return text.toLowerCase().padStart(id.digits, "0");
  const shown = text.length > 64 ? `${text.slice(0, 64)}…` : text;
  throw new SightglassError("invalid_argument", `"${shown}" is not a ${id.what}`, {
    hint: `a ${id.what} is up to ${id.digits} hexadecimal digits, such as ${id.example}`,
  });
}
