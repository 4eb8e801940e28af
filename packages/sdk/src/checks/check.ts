import { type Span, trace } from "@opentelemetry/api";
import { type Clock, systemClock } from "../clock.ts";
import type { Records } from "../records/counted.ts";
import { emitReport } from "./emit.ts";
import type { DatasetExpectation } from "./expectation.ts";
import { Quality } from "./quality.ts";
import { DataQualityError, type QualityReport } from "./report.ts";

export interface CheckOptions<Row> extends DatasetExpectation<Row> {
  table: string;
  /** When a check of severity `error` fails: `stop` throws a `DataQualityError`, which ends the stage. Default: `continue`. */
  onFailed?: "stop" | "continue";
}

/**
 * Looks at all rows and says which expectations they met. The verdicts go to the active span (inside a stage, the
 * stage's) and out as metrics.
 * @throws DataQualityError with `onFailed: "stop"`; what the source of the rows throws
 */
export async function check<Row extends object>(
  rows: Records<Row>,
  { table, onFailed = "continue", ...expected }: CheckOptions<Row>,
): Promise<QualityReport> {
  const quality = expectations<Row>(table, expected);
  // An array needs no promise for each row.
  if (Array.isArray(rows)) for (const row of rows as Row[]) quality.add(row);
  else for await (const row of rows) quality.add(row);
  return onFailed === "stop" ? quality.assert() : quality.finish();
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
 * What is expected of the rows of a table, for rows that pass by one by one. It takes bounded memory, however many there
 * are. Create it where the rows are: it belongs to one pass over them.
 */
export function expectations<Row extends object>(
  table: string,
  expected: DatasetExpectation<Row>,
  clock: Clock = systemClock,
): Expectations<Row> {
  const quality = new Quality<Row>(table, expected, clock);
  const finish = (span = trace.getActiveSpan()) => {
    const report = quality.report();
    emitReport(report, span, expected.sendTopValues === true);
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
