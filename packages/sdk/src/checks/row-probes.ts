import type { RowRule, Severity } from "./expectation.ts";
import { holds, type Probe, Share, shareResult } from "./probe.ts";
import { asText } from "../safely.ts";
import type { CheckResult, InvalidColumn } from "./report.ts";
import { type Finding, type RowSchema, type RowValidator, validatorOf, wholeRow } from "./row-schema.ts";

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

/** Pairs of a column and a reason told apart, and of those the ones that are named. */
const findingsMax = 200;
const findingsNamedMax = 5;

export class SchemaProbe implements Probe<unknown> {
  readonly #validate: RowValidator;
  readonly #expected: string | undefined;
  readonly #atLeast: number;
  readonly #severity: Severity;
  readonly #share = new Share();
  readonly #invalid = new Map<string, InvalidColumn>();

  constructor(schema: RowSchema, atLeast: number, severity: Severity) {
    this.#atLeast = atLeast;
    this.#severity = severity;
    try {
      this.#validate = validatorOf(schema);
    } catch (thrown) {
      // Not the pipeline's fault, and not met either.
      this.#expected = `a schema that can be used: ${asText(thrown instanceof Error ? thrown.message : thrown)}`;
      this.#validate = () => [{ column: wholeRow, reason: "schema" }];
    }
  }

  add(row: unknown): void {
    const findings = this.#findings(row);
    this.#share.count(findings.length === 0);
    const seen = new Set<string>();
    for (const { column, reason } of findings) {
      const key = `${column}\n${reason}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const invalid = this.#invalid.get(key);
      if (invalid !== undefined) invalid.rows += 1;
      else if (this.#invalid.size < findingsMax) this.#invalid.set(key, { column, reason, rows: 1 });
    }
  }

  results(): CheckResult[] {
    const result = shareResult("validity", "schema", this.#share.value, this.#atLeast, this.#severity);
    const expected = this.#expected ?? result.expected;
    const passed = result.passed && this.#expected === undefined;
    if (this.#invalid.size === 0) return [{ ...result, expected, passed }];
    const most = [...this.#invalid.values()].toSorted((a, b) => b.rows - a.rows).slice(0, findingsNamedMax);
    return [{ ...result, expected, passed, invalid: most }];
  }

  #findings(row: unknown): Finding[] {
    try {
      return this.#validate(row);
    } catch {
      return [{ column: wholeRow, reason: "threw" }];
    }
  }
}
