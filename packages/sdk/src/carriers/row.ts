import { reader } from "./reader.ts";
import { text } from "./text.ts";

/** The column that holds the trace, unless `row.column(name)` says otherwise. */
const columnDefault = "trace_context";

type Row = Readonly<Record<string, unknown>>;

/** Rows of a database: a text column says which run wrote the row. */
function rowsWith<Column extends string>(column: Column) {
  return {
    /** The row with the trace of what is active in its column; null when nothing is. `rows.map(row.inject)` works. */
    inject<T extends object>(this: void, row: T): T & Record<Column, string | null> {
      return { ...row, [column]: text.inject() ?? null } as T & Record<Column, string | null>;
    },

    ...reader((row: Row) => {
      const held = row[column];
      return text.extract(typeof held === "string" ? held : undefined);
    }),
  };
}

/** Rows of a database, with the trace in the text column `trace_context`. */
export const row = {
  ...rowsWith(columnDefault),
  /** The same with a column of another name. */
  column: rowsWith,
};
