export type SqlDialect = "postgresql" | "mysql";

/** Longer texts are cut before they are looked at. */
const sqlCharsMax = 8192;

/**
 * What the parts of a statement are, in the order in which they are tried: comments, literals with quotes, names with quotes,
 * words (so that digits in them are no numbers), numbers. A literal that never ends goes to the end of the text.
 */
const parts: Record<SqlDialect, RegExp> = {
  // Doubled quotes are quotes within; a backslash escapes in E'...' only. Comments of PostgreSQL may be nested.
  postgresql: new RegExp(
    [
      String.raw`(?<comment>--[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
      String.raw`(?<literal>[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$)|(?<tag>\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?(?:\k<tag>|$))`,
      String.raw`(?<name>"(?:[^"]|"")*(?:"|$)|\$\d+|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
      String.raw`(?<number>0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)`,
    ].join("|"),
    "g",
  ),
  // Both quotes make literals, a backslash escapes in both, and # begins a comment. /*! */ is run, but its text is no name either.
  mysql: new RegExp(
    [
      String.raw`(?<comment>--(?=\s|$)[^\n]*|#[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
      String.raw`(?<literal>(?:[bBxXnN]|_[a-z0-9]+\s*)?(?:'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)))`,
      "(?<name>`(?:[^`]|``)*(?:`|$)|[A-Za-z_$@\\u0080-\\uffff][\\w$@\\u0080-\\uffff]*)",
      String.raw`(?<number>0[xXbB][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)`,
    ].join("|"),
    "g",
  ),
};

/**
 * The statement with `?` for each literal and without comments (OpenTelemetry, "Sanitization of db.query.text"). Names and
 * placeholders stay. Never throws; a statement that is no SQL comes out as something that holds no quoted text either.
 */
export function withoutValues(sql: string, dialect: SqlDialect): string {
  return sql
    .slice(0, sqlCharsMax)
    .replace(parts[dialect], (found, ...groups) => {
      const { comment, name } = groups.at(-1) as Record<string, string | undefined>;
      if (comment !== undefined) return " ";
      return name === undefined ? "?" : found;
    })
    .replaceAll(/\s+/g, " ")
    .trim();
}
