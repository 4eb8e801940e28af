/** How bad a failed check is: `error` fails the data set, `warn` only shows. */
export type Severity = "warn" | "error";

/** Something with a `safeParse`, such as a zod schema, or a Standard Schema (standardschema.dev). */
export type RowSchema =
  | { safeParse(row: unknown): { success: boolean } }
  | { "~standard": { validate(row: unknown): unknown } };

export interface ColumnExpectation {
  /** Share of rows that must have a value, from 0 to 1; `true` is 1. */
  complete?: boolean | number;
  min?: number | Date;
  max?: number | Date;
  pattern?: RegExp;
  oneOf?: readonly unknown[];
  /** Share of the values there that must meet `min`, `max`, `pattern` and `oneOf`. Default 1. */
  valid?: number;
  severity?: Severity;
}

export interface DatasetExpectation<Row> {
  partition?: string;
  /** How many rows there must be. */
  rows?: { min?: number; max?: number; severity?: Severity };
  columns?: { [Column in keyof Row]?: ColumnExpectation };
  /** Columns that together are a key: no two rows may agree in all of them. */
  unique?: (keyof Row & string) | readonly (keyof Row & string)[];
  /** The newest value of `column` must not be older than this. Values are dates, ISO 8601 or milliseconds. */
  freshness?: { column: keyof Row & string; ageMaxMs: number; severity?: Severity };
  /** Named conditions on whole rows. `atLeast` is the share of rows that must meet it, default 1. */
  rules?: Record<string, RowRule<Row>>;
  /** Each row must be valid by this schema. */
  schema?: RowSchema;
  /** Of checks that name none. Default `error`. */
  severity?: Severity;
}

export type RowRule<Row> =
  | ((row: Row) => boolean)
  | { test: (row: Row) => boolean; atLeast?: number; severity?: Severity };

export type CheckKind = "row_count" | "completeness" | "validity" | "uniqueness" | "freshness";

export interface CheckResult {
  kind: CheckKind;
  /** What is checked: a column, a rule, or the table. */
  subject: string;
  passed: boolean;
  severity: Severity;
  /** Rows, a share from 0 to 1, or seconds, by the kind. */
  value: number;
  /** In words, for people. */
  expected: string;
}
