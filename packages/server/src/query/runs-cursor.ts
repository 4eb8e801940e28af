import { SightglassError } from "../model/errors.ts";

/** Where a page ended: the sort key of its last row. Opaque to clients. */
export function cursorOf(key: readonly [string, string]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** @throws SightglassError invalid_argument */
export function parseCursor(cursor: string): [string, string] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(key) && key.length === 2 && /^-?\d{1,19}$/.test(String(key[0])) && typeof key[1] === "string")
      return [String(key[0]), key[1]];
  } catch {
    // Not of ours: said below.
  }
  throw new SightglassError("invalid_argument", "parameter cursor: not a cursor of this list", {
    hint: "pass `next` of the previous page unchanged, or leave cursor out for the first page",
  });
}
