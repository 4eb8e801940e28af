import type { Range, Severity } from "./expectation.ts";
import { type CheckKind, type CheckResult, shown } from "./report.ts";

/** One kind of expectation: looks at each row, and says in the end whether it was met. */
export interface Probe<Row> {
  /** May throw where the user's own code does; that counts as not met. */
  add(row: Row): void;
  results(): CheckResult[];
}

/** How many of those looked at meet something. */
export class Share {
  #total = 0;
  #met = 0;

  count(isMet: boolean): void {
    this.#total += 1;
    if (isMet) this.#met += 1;
  }

  /** Of nothing, all. */
  get value(): number {
    return this.#total === 0 ? 1 : this.#met / this.#total;
  }
}

export function shareResult(
  kind: CheckKind,
  subject: string,
  value: number,
  atLeast: number,
  severity: Severity,
): CheckResult {
  const noun = kind === "completeness" ? "present" : "valid";
  const expected = `at least ${shown(atLeast * 100)} % ${noun}`;
  return { kind, subject, value, expected, passed: value >= atLeast, severity };
}

export function isWithin(value: number, { min = -Infinity, max = Infinity }: Range): boolean {
  return value >= min && value <= max;
}

/** A range in words. */
export function rangeText({ min, max }: Range): string {
  if (min === undefined) return max === undefined ? "anything" : `at most ${max}`;
  return max === undefined ? `at least ${min}` : `${min} to ${max}`;
}

/** Whether the user's own code says yes; no when it throws. */
export function holds(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}
