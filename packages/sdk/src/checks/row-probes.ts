import type { RowRule, Severity } from "./expectation.ts";
import { holds, type Probe, Share, shareResult } from "./probe.ts";
import type { CheckResult } from "./report.ts";
import { invalidColumns, type RowSchema } from "./row-schema.ts";

export class RuleProbe<Row> implements Probe<Row> {
  readonly #name: string;
  readonly #test: (row: Row) => boolean;
  readonly #atLeast: number;
  readonly #severity: Severity;
  readonly #share = new Share();

  constructor(name: string, rule: RowRule<Row>, severity: Severity) {
    const { test, atLeast = 1, severity: own = severity } = typeof rule === "function" ? { test: rule } : rule;
    this.#name = name;
    this.#test = test;
    this.#atLeast = atLeast;
    this.#severity = own;
  }

  add(row: Row): void {
    this.#share.count(holds(() => this.#test(row)));
  }

  results(): CheckResult[] {
    return [shareResult("validity", this.#name, this.#share.value, this.#atLeast, this.#severity)];
  }
}

/** Columns told apart, and of those the ones that are named. */
const invalidColumnsMax = 200;
const invalidColumnsNamedMax = 5;

export class SchemaProbe implements Probe<unknown> {
  readonly #schema: RowSchema;
  readonly #atLeast: number;
  readonly #severity: Severity;
  readonly #share = new Share();
  readonly #invalid = new Map<string, number>();

  constructor(schema: RowSchema, atLeast: number, severity: Severity) {
    this.#schema = schema;
    this.#atLeast = atLeast;
    this.#severity = severity;
  }

  add(row: unknown): void {
    const columns = this.#invalidColumns(row);
    this.#share.count(columns.length === 0);
    for (const column of columns) {
      const seen = this.#invalid.get(column);
      if (seen !== undefined || this.#invalid.size < invalidColumnsMax) this.#invalid.set(column, (seen ?? 0) + 1);
    }
  }

  results(): CheckResult[] {
    const result = shareResult("validity", "schema", this.#share.value, this.#atLeast, this.#severity);
    if (this.#invalid.size === 0) return [result];
    const most = [...this.#invalid].toSorted((a, b) => b[1] - a[1]).slice(0, invalidColumnsNamedMax);
    return [{ ...result, invalid: most }];
  }

  #invalidColumns(row: unknown): string[] {
    try {
      return invalidColumns(this.#schema, row);
    } catch {
      return ["row"];
    }
  }
}
