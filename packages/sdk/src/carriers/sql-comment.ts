import { activeFields, contextOf, type Fields } from "./fields.ts";
import { reader } from "./reader.ts";

/** What is longer is not looked into. */
const commentCharsMax = 16_384;
const pair = /([^\s,=']+)='((?:[^'\\]|\\.)*)'/g;

/**
 * A comment in sqlcommenter's form (google.github.io/sqlcommenter), at the end of a SQL statement or of a table's comment:
 * `traceparent='00-...-01'` between comment marks. Statements that differ in it only are different statements for a cache of
 * prepared statements.
 */
export const sqlComment = {
  /** The text with the trace of what is active at its end. A trace that it carried goes; a comment of its own stays. */
  inject(this: void, sql: string): string {
    // pg's queries may be objects as well; a comment has no place in these.
    if (typeof sql !== "string") return sql;
    const fields = Object.entries(activeFields()).sort(([a], [b]) => (a < b ? -1 : 1));
    if (fields.length === 0) return sql;
    const comment = fields.map(([field, value]) => `${quoted(field)}='${quoted(value)}'`).join(",");
    const { statement, semicolon } = withoutTrace(sql);
    // A line comment would swallow what follows it on its line.
    const lastLine = statement.slice(statement.lastIndexOf("\n") + 1);
    const separator = statement === "" ? "" : /--|#/.test(lastLine) ? "\n" : " ";
    return `${statement}${separator}/*${comment}*/${semicolon}`;
  },

  ...reader((sql: string | null | undefined) => {
    const fields = typeof sql === "string" ? fieldsIn(parted(sql).comment) : {};
    return contextOf((field) => fields[field]);
  }),
};

interface Parts {
  statement: string;
  /** What the comment at its end says; empty without one. */
  comment: string;
  semicolon: string;
}

function parted(sql: string): Parts {
  const { statement: text, semicolon } = withoutSemicolon(sql);
  const start = text.endsWith("*/") ? text.lastIndexOf("/*", text.length - 4) : -1;
  if (start < 0) return { statement: text, comment: "", semicolon };
  const before = withoutSemicolon(text.slice(0, start));
  return {
    statement: before.statement,
    comment: text.slice(start + 2, -2),
    semicolon: semicolon === "" ? before.semicolon : semicolon,
  };
}

function withoutTrace(sql: string): Omit<Parts, "comment"> {
  const parts = parted(sql);
  const carried = fieldsIn(parts.comment);
  return ["traceparent", "b3", "x-b3-traceid"].some((field) => field in carried) ? parts : withoutSemicolon(sql);
}

function withoutSemicolon(sql: string): Omit<Parts, "comment"> {
  const text = sql.trimEnd();
  return text.endsWith(";")
    ? { statement: text.slice(0, -1).trimEnd(), semicolon: ";" }
    : { statement: text, semicolon: "" };
}

/** Percent escapes for all that could end the value or the comment, or be taken for a placeholder. */
const quoted = (value: string) => encodeURIComponent(value).replaceAll(/['()*!]/g, escaped);
const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

function fieldsIn(comment: string): Fields {
  const fields: Fields = {};
  if (comment.length > commentCharsMax) return fields;
  for (const [, key = "", value = ""] of comment.matchAll(pair)) {
    try {
      fields[decodeURIComponent(key)] = decodeURIComponent(value.replaceAll(/\\(.)/g, "$1"));
    } catch {
      // A percent sign that starts no escape: not of this form.
    }
  }
  return fields;
}
