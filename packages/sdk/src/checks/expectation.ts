import type { QuantileName } from "./column-profile.ts";
import type { RowSchema } from "./row-schema.ts";

/** How bad a failed check is: `error` fails the data set, `warn` only shows. */
export type Severity = "warn" | "error";

export interface Range {
  min?: number;
  max?: number;
}

/** What a column is like as a whole; `missing` is a share from 0 to 1, the quantiles are within 1 %. */
export type Statistic = "min" | "max" | "mean" | "standardDeviation" | "distinct" | "missing" | QuantileName;

export interface ColumnExpectation {
  /** Share of rows that must have a value, from 0 to 1; `true` is 1. */
  complete?: boolean | number;
  min?: number | Date;
  max?: number | Date;
  /** A text is the source of a regular expression, as in a configuration file. */
  pattern?: RegExp | string;
  oneOf?: readonly unknown[];
  /** Share of the values there that must meet `min`, `max`, `pattern` and `oneOf`. Default 1. */
  valid?: number;
  /** Between what these must lie. */
  distribution?: { [Name in Statistic]?: Range };
  severity?: Severity;
}

export interface DatasetExpectation<Row> {
  partition?: string;
  /** How many rows there must be. */
  rows?: Range & { severity?: Severity };
  columns?: { [Column in keyof Row]?: ColumnExpectation };
  /** Columns that together are a key: no two rows may agree in all of them. Sure up to a million rows, then estimated. */
  unique?: Columns<Row> | { columns: Columns<Row>; severity?: Severity };
  /** The newest value of `column` must not be older than this. Values are dates, ISO 8601 or milliseconds. */
  freshness?: { column: keyof Row & string; ageMaxMs: number; severity?: Severity };
  /** Named conditions on whole rows. `atLeast` is the share of rows that must meet it, default 1. */
  rules?: Record<string, RowRule<Row>>;
  /** Each row must be valid by this schema; `valid` is the share of rows that must be, default 1. */
  schema?: RowSchema | SchemaExpectation;
  /** Of checks that name none. Default `error`. */
  severity?: Severity;
  /** Whether the most frequent values of the columns may be sent. They are content, so the default is false. */
  sendTopValues?: boolean;
}

export interface SchemaExpectation {
  schema: RowSchema;
  valid?: number;
  severity?: Severity;
}

export type Columns<Row> = (keyof Row & string) | readonly (keyof Row & string)[];

export type RowRule<Row> =
  | ((row: Row) => boolean)
  | { test: (row: Row) => boolean; atLeast?: number; severity?: Severity };
