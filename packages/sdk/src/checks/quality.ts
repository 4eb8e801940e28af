import type { Clock } from "../clock.ts";
import { isAsync, type Records } from "../records/counted.ts";
import { safely } from "../safely.ts";
import { ColumnProbe } from "./column-probe.ts";
import type { ColumnExpectation, Columns, DatasetExpectation, SchemaExpectation, Severity } from "./expectation.ts";
import type { Probe } from "./probe.ts";
import { type QualityReport, scoreOf } from "./report.ts";
import { RuleProbe, SchemaProbe } from "./row-probes.ts";
import type { RowSchema } from "./row-schema.ts";
import { FreshnessProbe, RowCountProbe, UniquenessProbe } from "./table-probes.ts";

/** Looks at rows one by one, in bounded memory, and says in the end which expectations they met. */
export class Quality<Row extends object> {
  readonly #table: string;
  readonly #partition: string | undefined;
  readonly #columns: ColumnProbe<Row>[];
  /** Of what the columns hold. */
  readonly #valueProbes: Probe<Row>[];
  /** Of whole rows. */
  readonly #rowProbes: Probe<Row>[];
  #rows = 0;

  constructor(table: string, given: DatasetExpectation<Row>, clock: Clock) {
    const expected = withoutNulls(given);
    this.#table = table;
    this.#partition = expected.partition;
    this.#columns = columnProbes(expected);
    this.#valueProbes = [...tableProbes(table, expected, clock), ...this.#columns];
    this.#rowProbes = rowProbes(expected);
  }

  /** Never throws: a row that cannot be looked at counts as one that meets nothing. */
  add(row: Row): void {
    this.#rows += 1;
    // No row has no values: all of them are missing.
    const values = (row as Row | null | undefined) ?? ({} as Row);
    for (const probe of this.#valueProbes) safely(() => probe.add(values), undefined);
    for (const probe of this.#rowProbes) safely(() => probe.add(row), undefined);
  }

  /** The same rows, looked at as they pass. */
  watch(rows: Iterable<Row>): Iterable<Row>;
  watch(rows: AsyncIterable<Row>): AsyncIterable<Row>;
  watch(rows: Records<Row>): Records<Row> {
    return isAsync(rows) ? this.#watchAsync(rows) : this.#watchSync(rows);
  }

  report(): QualityReport {
    const checks = [...this.#valueProbes, ...this.#rowProbes].flatMap((probe) => probe.results());
    return {
      table: this.#table,
      partition: this.#partition,
      rows: this.#rows,
      passed: checks.every((check) => check.passed || check.severity === "warn"),
      score: scoreOf(checks),
      checks,
      columns: Object.fromEntries(this.#columns.map((column) => [column.name, column.summary()])),
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
}

/** A configuration file says null where there is nothing. */
function withoutNulls<Expected extends object>(given: Expected): Expected {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as Expected;
}

function tableProbes<Row extends object>(
  table: string,
  { rows, unique, freshness, severity = "error" }: DatasetExpectation<Row>,
  clock: Clock,
): Probe<Row>[] {
  const probes: Probe<Row>[] = [];
  if (rows !== undefined) probes.push(new RowCountProbe(table, rows, rows.severity ?? severity));
  if (unique !== undefined) {
    const { columns, severity: own = severity } = uniqueness(unique);
    const list = typeof columns === "string" ? [columns] : columns;
    if (list.length > 0) probes.push(new UniquenessProbe(list, own));
  }
  if (freshness !== undefined) probes.push(new FreshnessProbe(freshness, freshness.severity ?? severity, clock));
  return probes;
}

function uniqueness<Row>(unique: NonNullable<DatasetExpectation<Row>["unique"]>): {
  columns: Columns<Row>;
  severity?: Severity;
} {
  return typeof unique === "object" && "columns" in unique ? unique : { columns: unique };
}

function columnProbes<Row extends object>({ columns, severity = "error" }: DatasetExpectation<Row>) {
  const entries = Object.entries(columns ?? {}) as [keyof Row & string, ColumnExpectation][];
  return entries.map(([name, rule]) => new ColumnProbe<Row>(name, rule, severity));
}

function rowProbes<Row extends object>({ rules, schema, severity = "error" }: DatasetExpectation<Row>): Probe<Row>[] {
  const probes: Probe<Row>[] = Object.entries(rules ?? {}).map(([name, rule]) => new RuleProbe(name, rule, severity));
  if (schema === undefined) return probes;
  const { schema: rowSchema, valid = 1, severity: own = severity } = isDetailed(schema) ? schema : { schema };
  return [...probes, new SchemaProbe(rowSchema, valid, own)];
}

/** A compiled ajv schema is a function, and has a property of that name. */
function isDetailed(schema: RowSchema | SchemaExpectation): schema is SchemaExpectation {
  return typeof schema === "object" && "schema" in schema;
}
