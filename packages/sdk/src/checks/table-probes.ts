import type { Clock } from "../clock.ts";
import { numberOf, textOf, valueOf } from "./column-profile.ts";
import { DistinctCounter } from "./distinct-counter.ts";
import type { DatasetExpectation, Range, Severity } from "./expectation.ts";
import { isWithin, type Probe, rangeText } from "./probe.ts";
import type { CheckResult } from "./report.ts";

export class RowCountProbe implements Probe<unknown> {
  readonly #table: string;
  readonly #range: Range;
  readonly #severity: Severity;
  #rows = 0;

  constructor(table: string, range: Range, severity: Severity) {
    this.#table = table;
    this.#range = range;
    this.#severity = severity;
  }

  add(): void {
    this.#rows += 1;
  }

  results(): CheckResult[] {
    const passed = isWithin(this.#rows, this.#range);
    const expected = `${rangeText(this.#range)} rows`;
    return [{ kind: "row_count", subject: this.#table, value: this.#rows, expected, passed, severity: this.#severity }];
  }
}

/** Keys of which repetitions are seen for sure. */
const exactKeysMax = 1_000_000;
/** Six standard errors of the estimate: it only speaks up beyond that. */
const estimateMin = 0.95;

export class UniquenessProbe<Row> implements Probe<Row> {
  readonly #columns: readonly (keyof Row & string)[];
  readonly #severity: Severity;
  readonly #keys = new DistinctCounter(exactKeysMax);
  #rows = 0;

  constructor(columns: readonly (keyof Row & string)[], severity: Severity) {
    this.#columns = columns;
    this.#severity = severity;
  }

  add(row: Row): void {
    this.#rows += 1;
    const [first] = this.#columns;
    const isSingle = this.#columns.length === 1 && first !== undefined;
    this.#keys.add(isSingle ? textOf(valueOf(row, first)) : this.#keyOf(row));
  }

  /** Each part with its length before it, so that no value can look like two, and null like no text. */
  #keyOf(row: Row): string {
    let key = "";
    for (const column of this.#columns) {
      const value = valueOf(row, column);
      const text = textOf(value);
      key += `${value === null || value === undefined ? "-" : text.length}:${text}`;
    }
    return key;
  }

  results(): CheckResult[] {
    const { distinct, duplicates, isExact } = this.#keys;
    const value = this.#rows === 0 ? 1 : Math.min(1, distinct / this.#rows);
    const passed = duplicates === 0 && (isExact || value > estimateMin);
    const subject = this.#columns.join(", ");
    return [{ kind: "uniqueness", subject, value, expected: "no two rows alike", passed, severity: this.#severity }];
  }
}

export class FreshnessProbe<Row> implements Probe<Row> {
  readonly #freshness: NonNullable<DatasetExpectation<Row>["freshness"]>;
  readonly #severity: Severity;
  readonly #clock: Pick<Clock, "nowMs">;
  #newestMs = Number.NEGATIVE_INFINITY;

  constructor(
    freshness: NonNullable<DatasetExpectation<Row>["freshness"]>,
    severity: Severity,
    clock: Pick<Clock, "nowMs">,
  ) {
    this.#freshness = freshness;
    this.#severity = severity;
    this.#clock = clock;
  }

  add(row: Row): void {
    this.#newestMs = Math.max(this.#newestMs, timeOf(valueOf(row, this.#freshness.column)));
  }

  results(): CheckResult[] {
    const { column, ageMaxMs } = this.#freshness;
    const ageMs = this.#newestMs === -Infinity ? Infinity : this.#clock.nowMs() - this.#newestMs;
    const expected = `the newest ${column} at most ${ageMaxMs / 1000} s old`;
    const passed = ageMs <= ageMaxMs;
    return [{ kind: "freshness", subject: column, value: ageMs / 1000, expected, passed, severity: this.#severity }];
  }
}

function timeOf(value: unknown): number {
  const time = typeof value === "string" ? Date.parse(value) : (numberOf(value) ?? Number.NaN);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}
