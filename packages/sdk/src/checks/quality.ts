import type { Clock } from "../clock.ts";
import { isAsync, type Records } from "../counted.ts";
import { safely } from "../safely.ts";
import { ColumnProfile, type ColumnSummary, isMissing, numberOf, textOf } from "./column-profile.ts";
import { DistinctSketch } from "./distinct-sketch.ts";
import type {
  CheckKind,
  CheckResult,
  ColumnExpectation,
  DatasetExpectation,
  RowRule,
  RowSchema,
  Severity,
} from "./expectation.ts";

export interface QualityReport {
  table: string;
  partition: string | undefined;
  rows: number;
  /** No check of severity `error` failed. */
  passed: boolean;
  checks: CheckResult[];
  columns: Record<string, ColumnSummary>;
}

const keySeparator = "\u001F";

interface Tally {
  meets: number;
  total: number;
}

/** Looks at rows one by one, in bounded memory, and says in the end which expectations they met. */
export class Quality<Row extends object> {
  readonly #table: string;
  readonly #expected: DatasetExpectation<Row>;
  readonly #clock: Clock;
  readonly #columns: [keyof Row & string, ColumnExpectation, ColumnProfile, Tally][];
  readonly #rules: [string, Exclude<RowRule<Row>, (row: Row) => boolean>, Tally][];
  readonly #schema: Tally = { meets: 0, total: 0 };
  readonly #keys = new DistinctSketch();
  readonly #keyColumns: readonly (keyof Row & string)[];
  #rows = 0;
  #newestMs = Number.NEGATIVE_INFINITY;

  constructor(table: string, expected: DatasetExpectation<Row>, clock: Clock) {
    this.#table = table;
    this.#expected = expected;
    this.#clock = clock;
    const columns = Object.entries(expected.columns ?? {}) as [keyof Row & string, ColumnExpectation][];
    this.#columns = columns.map(([name, rule]) => [name, rule, new ColumnProfile(), { meets: 0, total: 0 }]);
    this.#rules = Object.entries(expected.rules ?? {}).map(([name, rule]) => [
      name,
      typeof rule === "function" ? { test: rule } : rule,
      { meets: 0, total: 0 },
    ]);
    this.#keyColumns = typeof expected.unique === "string" ? [expected.unique] : (expected.unique ?? []);
  }

  /** Never throws: a rule or schema that throws counts as not met. */
  add(row: Row): void {
    this.#rows += 1;
    for (const [name, rule, profile, tally] of this.#columns) {
      const value: unknown = row[name];
      profile.add(value);
      if (isMissing(value)) continue;
      tally.total += 1;
      if (safely(() => meets(value, rule), false)) tally.meets += 1;
    }
    for (const [, rule, tally] of this.#rules) {
      tally.total += 1;
      if (holds(rule.test, row)) tally.meets += 1;
    }
    const { schema, freshness } = this.#expected;
    if (schema !== undefined) {
      this.#schema.total += 1;
      if (holds((candidate) => isValid(schema, candidate), row)) this.#schema.meets += 1;
    }
    if (this.#keyColumns.length > 0)
      this.#keys.add(this.#keyColumns.map((column) => textOf(row[column])).join(keySeparator));
    if (freshness !== undefined) this.#newestMs = Math.max(this.#newestMs, timeOf(row[freshness.column]));
  }

  /** The same rows, looked at as they pass. */
  watch(rows: Iterable<Row>): Iterable<Row>;
  watch(rows: AsyncIterable<Row>): AsyncIterable<Row>;
  watch(rows: Records<Row>): Records<Row> {
    return isAsync(rows) ? this.#watchAsync(rows) : this.#watchSync(rows);
  }

  report(): QualityReport {
    const checks = [
      ...this.#rowCount(),
      ...this.#columns.flatMap(([name, rule, profile, tally]) => this.#column(name, rule, profile, tally)),
      ...this.#uniqueness(),
      ...this.#freshness(),
      ...this.#rules.map(([name, rule, tally]) =>
        this.#share("validity", name, tally, rule.atLeast ?? 1, rule.severity),
      ),
      ...(this.#expected.schema === undefined ? [] : [this.#share("validity", "schema", this.#schema, 1)]),
    ];
    return {
      table: this.#table,
      partition: this.#expected.partition,
      rows: this.#rows,
      passed: checks.every((check) => check.passed || check.severity === "warn"),
      checks,
      columns: Object.fromEntries(this.#columns.map(([name, , profile]) => [name, profile.summary()])),
    };
  }

  *#watchSync(rows: Iterable<Row>): Generator<Row, void, void> {
    for (const row of rows) {
      this.add(row);
      yield row;
    }
  }

  async *#watchAsync(rows: AsyncIterable<Row>): AsyncGenerator<Row, void, void> {
    for await (const row of rows) {
      this.add(row);
      yield row;
    }
  }

  #rowCount(): CheckResult[] {
    const { rows } = this.#expected;
    if (rows === undefined) return [];
    const { min = 0, max = Number.POSITIVE_INFINITY } = rows;
    const expected = max === Number.POSITIVE_INFINITY ? `at least ${min} rows` : `${min} to ${max} rows`;
    return [
      this.#result(
        "row_count",
        this.#table,
        this.#rows,
        expected,
        this.#rows >= min && this.#rows <= max,
        rows.severity,
      ),
    ];
  }

  #column(name: string, rule: ColumnExpectation, profile: ColumnProfile, tally: Tally): CheckResult[] {
    const results: CheckResult[] = [];
    if (rule.complete !== undefined && rule.complete !== false) {
      const present = { meets: profile.rows - profile.missing, total: profile.rows };
      results.push(this.#share("completeness", name, present, Number(rule.complete), rule.severity));
    }
    if ([rule.min, rule.max, rule.pattern, rule.oneOf].some((condition) => condition !== undefined))
      results.push(this.#share("validity", name, tally, rule.valid ?? 1, rule.severity));
    return results;
  }

  #uniqueness(): CheckResult[] {
    if (this.#keyColumns.length === 0) return [];
    const subject = this.#keyColumns.join(", ");
    const value = this.#rows === 0 ? 1 : Math.min(1, this.#keys.distinct / this.#rows);
    // Six standard errors of the estimate: it only speaks up beyond that.
    const passed = this.#keys.isExact ? value === 1 : this.#keys.duplicates === 0 && value > 0.95;
    return [this.#result("uniqueness", subject, value, "no two rows alike", passed)];
  }

  #freshness(): CheckResult[] {
    const { freshness } = this.#expected;
    if (freshness === undefined) return [];
    const ageMs =
      this.#newestMs === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : this.#clock.nowMs() - this.#newestMs;
    const expected = `the newest ${freshness.column} at most ${freshness.ageMaxMs / 1000} s old`;
    const passed = ageMs <= freshness.ageMaxMs;
    return [this.#result("freshness", freshness.column, ageMs / 1000, expected, passed, freshness.severity)];
  }

  #share(kind: CheckKind, subject: string, tally: Tally, atLeast: number, severity?: Severity): CheckResult {
    const value = tally.total === 0 ? 1 : tally.meets / tally.total;
    const noun = kind === "completeness" ? "present" : "valid";
    return this.#result(kind, subject, value, `at least ${atLeast * 100} % ${noun}`, value >= atLeast, severity);
  }

  #result(kind: CheckKind, subject: string, value: number, expected: string, passed: boolean, severity?: Severity) {
    return { kind, subject, value, expected, passed, severity: severity ?? this.#expected.severity ?? "error" };
  }
}

function meets(value: unknown, rule: ColumnExpectation): boolean {
  if (rule.oneOf !== undefined && !rule.oneOf.includes(value)) return false;
  if (
    rule.pattern !== undefined &&
    !new RegExp(rule.pattern.source, rule.pattern.flags.replace(/[gy]/g, "")).test(textOf(value))
  )
    return false;
  if (rule.min === undefined && rule.max === undefined) return true;
  const number = numberOf(value);
  return number !== undefined && number >= Number(rule.min ?? -Infinity) && number <= Number(rule.max ?? Infinity);
}

function holds<Row>(test: (row: Row) => boolean, row: Row): boolean {
  try {
    return test(row);
  } catch {
    return false;
  }
}

function isValid(schema: RowSchema, row: unknown): boolean {
  if ("safeParse" in schema) return schema.safeParse(row).success;
  const result = schema["~standard"].validate(row) as { issues?: unknown };
  return result.issues === undefined;
}

function timeOf(value: unknown): number {
  const time = typeof value === "string" ? Date.parse(value) : (numberOf(value) ?? Number.NaN);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}
