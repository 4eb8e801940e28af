import { type Span, trace } from "@opentelemetry/api";
import { type Clock, systemClock } from "../clock.ts";
import type { Records } from "../counted.ts";
import { emitReport } from "./emit.ts";
import type { DatasetExpectation } from "./expectation.ts";
import { Quality, type QualityReport } from "./quality.ts";

/** Rows did not meet what was expected of them. */
export class DataQualityError extends Error {
  override readonly name = "DataQualityError";
  readonly report: QualityReport;

  constructor(report: QualityReport) {
    const failed = report.checks.filter((check) => !check.passed && check.severity === "error");
    const first = failed
      .slice(0, 3)
      .map(
        (check) =>
          `${check.kind} of ${check.subject} is ${Number(check.value.toPrecision(4))}, expected ${check.expected}`,
      );
    super(`${report.table}: ${failed.length} of ${report.checks.length} checks failed: ${first.join("; ")}`);
    this.report = report;
  }
}

export interface Expectations<Row extends object> {
  add(row: Row): void;
  /** The same rows, looked at as they pass. */
  watch(rows: Iterable<Row>): Iterable<Row>;
  watch(rows: AsyncIterable<Row>): AsyncIterable<Row>;
  /**
   * Says which expectations were met, and writes it to the span (default: the active one, which inside a stage is the
   * stage's) and as metrics. Never throws.
   */
  finish(span?: Span): QualityReport;
  /** The same, but throws a `DataQualityError` when a check of severity `error` failed: that stops the stage. */
  assert(span?: Span): QualityReport;
}

/**
 * What is expected of the rows of a table. Rows are looked at one by one, in bounded memory, however many there are.
 * Create it where the rows are: it belongs to one pass over them.
 */
export function expectations<Row extends object>(
  table: string,
  expected: DatasetExpectation<Row>,
  clock: Clock = systemClock,
): Expectations<Row> {
  const quality = new Quality<Row>(table, expected, clock);
  const finish = (span = trace.getActiveSpan()) => {
    const report = quality.report();
    emitReport(report, span);
    return report;
  };
  return {
    add: (row) => quality.add(row),
    watch: ((rows: Records<Row>) => quality.watch(rows as Iterable<Row>)) as Expectations<Row>["watch"],
    finish,
    assert(span) {
      const report = finish(span);
      if (!report.passed) throw new DataQualityError(report);
      return report;
    },
  };
}
