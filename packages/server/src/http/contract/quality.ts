/** One verdict on the data of a stage: a `dq.check` event of its span. */
export interface QualityCheck {
  stage: string;
  table: string;
  partition: string | null;
  /** `row_count`, `completeness`, `validity`, `uniqueness`, `freshness`, `distribution`, or what the program calls it. */
  kind: string;
  /** A column, a rule, the table, or a column and its statistic. */
  subject: string;
  status: "passed" | "failed" | "warned";
  /** Rows, a share from 0 to 1, seconds, or the statistic, by the kind. */
  value: number | null;
  /** In words. */
  expected: string;
  /** Of a schema: what was wrong most often, each with its column, reason and how many rows. */
  invalidColumns: string[];
}

/** What a column was like: a `dq.column.profile` event. Numbers are null where there are none. */
export interface ColumnProfile {
  stage: string;
  table: string;
  column: string;
  rows: number | null;
  missing: number | null;
  distinct: number | null;
  min: number | null;
  max: number | null;
  mean: number | null;
  standardDeviation: number | null;
  p05: number | null;
  p50: number | null;
  p95: number | null;
  /** The most frequent values, each with its count, where the program sends them. */
  top: string[];
}

export interface RunQuality {
  /** Those of the last attempts, the failed ones first. */
  checks: QualityCheck[];
  columns: ColumnProfile[];
}
