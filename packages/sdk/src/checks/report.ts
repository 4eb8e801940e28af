import type { ColumnSummary } from "./column-profile.ts";
import type { Severity } from "./expectation.ts";

export type CheckKind = "row_count" | "completeness" | "validity" | "uniqueness" | "freshness" | "distribution";

export interface CheckResult {
  kind: CheckKind;
  /** What is checked: a column, a rule, the table, or a column and its statistic (`amount mean`). */
  subject: string;
  passed: boolean;
  severity: Severity;
  /** Rows, a share from 0 to 1, seconds, or the statistic, by the kind. */
  value: number;
  /** In words, for people. */
  expected: string;
  /** Of a schema: what was wrong most often. */
  invalid?: InvalidColumn[];
}

export interface InvalidColumn {
  /** `row` for what belongs to none. */
  column: string;
  /** The schema's own code, such as `too_small` or `minimum`; never a value. */
  reason: string;
  rows: number;
}

export interface QualityReport {
  table: string;
  partition: string | undefined;
  rows: number;
  /** No check of severity `error` failed. */
  passed: boolean;
  /** The share of checks that passed, from 0 to 1, those of severity `warn` with half the weight; 1 without checks. */
  score: number;
  checks: CheckResult[];
  columns: Record<string, ColumnSummary>;
}

const weights: Record<Severity, number> = { error: 1, warn: 0.5 };

export function scoreOf(checks: readonly CheckResult[]): number {
  const total = checks.reduce((sum, { severity }) => sum + weights[severity], 0);
  const met = checks.reduce((sum, { severity, passed }) => sum + (passed ? weights[severity] : 0), 0);
  return total === 0 ? 1 : met / total;
}

export const outcomes = ["passed", "failed", "warned"] as const;

export function outcomeOf({ passed, severity }: CheckResult): (typeof outcomes)[number] {
  if (passed) return "passed";
  return severity === "error" ? "failed" : "warned";
}

/** Rows did not meet what was expected of them. */
export class DataQualityError extends Error {
  override readonly name = "DataQualityError";
  readonly report: QualityReport;

  constructor(report: QualityReport) {
    const failed = report.checks.filter((check) => !check.passed && check.severity === "error");
    const first = failed
      .slice(0, 3)
      .map(({ kind, subject, value, expected }) => `${kind} of ${subject} is ${shown(value)}, expected ${expected}`);
    super(`${report.table}: ${failed.length} of ${report.checks.length} checks failed: ${first.join("; ")}`);
    this.report = report;
  }
}

/** A number in few digits. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
