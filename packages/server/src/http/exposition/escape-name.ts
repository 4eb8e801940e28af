/**
 * Names of any UTF-8 text for clients that know the old alphabet only, by the schemes that a scraper may ask for with
 * `escaping=` (Prometheus, "Escaping schemes").
 */
export const escapingSchemes = ["allow-utf-8", "underscores", "dots", "values"] as const;

export type EscapingScheme = (typeof escapingSchemes)[number];

const isLegacyName = (name: string): boolean => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);

/** What cannot stand where it is. A digit cannot begin a name. */
const invalid = /^[^a-zA-Z_:]|[^a-zA-Z0-9_:]/gu;

/** @returns the name of a metric or label as it is shown; unquoted unless `needsQuotes` */
export function escapeName(name: string, scheme: EscapingScheme): string {
  switch (scheme) {
    case "allow-utf-8":
      return name;
    case "underscores":
      return name.replace(invalid, "_");
    case "dots":
      // An underscore is escaped in a name of the old alphabet too, so that every name can be told from its escaped form.
      return name.replace(/^[^a-zA-Z_:]|[^a-zA-Z0-9:]/gu, (character) => (character === "." ? "_dot_" : "__"));
    case "values":
      if (isLegacyName(name)) return name;
      return `U__${name.replace(/^[^a-zA-Z:]|[^a-zA-Z0-9:]/gu, (character) =>
        character === "_" ? "__" : `_${character.codePointAt(0)?.toString(16)}_`,
      )}`;
  }
}

/**
 * `U__` names stand for names of any UTF-8 text: `__` is an underscore and `_hex_` a character (the scheme "values"). A name
 * that is not well formed stands for itself.
 */
export function unescapeName(name: string): string {
  if (!name.startsWith("U__")) return name;
  let plain = "";
  let at = 3;
  while (at < name.length) {
    if (name[at] !== "_") plain += name[at++] ?? "";
    else if (name[at + 1] === "_") {
      plain += "_";
      at += 2;
    } else {
      const code = /^_([0-9a-fA-F]{1,6})_/.exec(name.slice(at));
      const point = Number.parseInt(code?.[1] ?? "", 16);
      if (code === null || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return name;
      plain += String.fromCodePoint(point);
      at += code[0].length;
    }
  }
  return plain;
}

/** Whether a metric's name must be quoted in the text formats. */
export const needsQuotes = (name: string): boolean => !isLegacyName(name);

/** The same of a label's name, which has no colon. */
export const labelNeedsQuotes = (name: string): boolean => needsQuotes(name) || name.includes(":");
