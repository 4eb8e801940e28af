import { safely } from "../safely.ts";
import { ColumnProfile, type ColumnSummary, isMissing, numberOf, textOf, valueOf } from "./column-profile.ts";
import type { ColumnExpectation, Range, Severity, Statistic } from "./expectation.ts";
import { isWithin, type Probe, rangeText, Share, shareResult } from "./probe.ts";
import type { CheckResult } from "./report.ts";

/** One column: what it is like, and whether its values are what they should be. */
export class ColumnProbe<Row> implements Probe<Row> {
  readonly name: keyof Row & string;
  readonly #expected: ColumnExpectation;
  readonly #severity: Severity;
  readonly #isValid: ((value: unknown) => boolean) | undefined;
  readonly #profile = new ColumnProfile();
  readonly #valid = new Share();

  constructor(name: keyof Row & string, expected: ColumnExpectation, severity: Severity) {
    this.name = name;
    this.#expected = expected;
    this.#severity = expected.severity ?? severity;
    this.#isValid = validator(expected);
  }

  add(row: Row): void {
    const value = valueOf(row, this.name);
    this.#profile.add(value);
    if (this.#isValid !== undefined && !isMissing(value)) this.#valid.count(this.#isValid(value));
  }

  summary(): ColumnSummary {
    return this.#profile.summary();
  }

  results(): CheckResult[] {
    return [...this.#completeness(), ...this.#validity(), ...this.#distribution()];
  }

  #completeness(): CheckResult[] {
    const { complete } = this.#expected;
    if (complete === undefined || complete === false) return [];
    const { rows, missing } = this.#profile;
    const present = rows === 0 ? 1 : (rows - missing) / rows;
    return [shareResult("completeness", this.name, present, Number(complete), this.#severity)];
  }

  #validity(): CheckResult[] {
    if (this.#isValid === undefined) return [];
    return [shareResult("validity", this.name, this.#valid.value, this.#expected.valid ?? 1, this.#severity)];
  }

  #distribution(): CheckResult[] {
    const summary = this.#profile.summary();
    const expected = Object.entries(this.#expected.distribution ?? {}) as [Statistic, Range][];
    return expected.map(([statistic, range]) => {
      const value = statisticsOf(summary)[statistic] ?? Number.NaN;
      return {
        kind: "distribution",
        subject: `${this.name} ${statistic}`,
        value,
        expected: rangeText(range),
        passed: isWithin(value, range),
        severity: this.#severity,
      };
    });
  }
}

/** What a summary says in numbers, each by its name. */
export function statisticsOf({ rows, missing, distinct, numbers }: ColumnSummary): { [Name in Statistic]?: number } {
  const common = { distinct, missing: rows === 0 ? 0 : missing / rows };
  if (numbers === undefined) return common;
  const { min, max, mean, standardDeviation, quantiles } = numbers;
  return { ...common, min, max, mean, standardDeviation, ...quantiles };
}

/** The conditions on single values as one function, undefined where there are none. */
function validator({ min, max, pattern, oneOf }: ColumnExpectation): ((value: unknown) => boolean) | undefined {
  const conditions: ((value: unknown) => boolean)[] = [];
  if (oneOf !== undefined) {
    // Two dates of one moment are two objects.
    const comparable = (value: unknown) => (value instanceof Date ? `date ${value.getTime()}` : value);
    const allowed = new Set(oneOf.map(comparable));
    conditions.push((value) => allowed.has(comparable(value)));
  }
  if (pattern !== undefined) {
    // One that cannot be read is met by nothing.
    const stateless = safely(() => withoutState(pattern), undefined);
    conditions.push((value) => stateless?.test(textOf(value)) === true);
  }
  if (min !== undefined || max !== undefined) {
    const range = { min: Number(min ?? -Infinity), max: Number(max ?? Infinity) };
    conditions.push((value) => isWithin(numberOf(value) ?? Number.NaN, range));
  }
  return conditions.length === 0 ? undefined : (value) => conditions.every((isMet) => isMet(value));
}

/** Without the flags that make a pattern remember where it stopped. */
function withoutState(pattern: RegExp | string): RegExp {
  return typeof pattern === "string" ? new RegExp(pattern) : new RegExp(pattern, pattern.flags.replace(/[gy]/g, ""));
}
