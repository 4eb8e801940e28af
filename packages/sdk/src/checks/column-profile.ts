import { DDSketch } from "@datadog/sketches-js";
import { DistinctCounter } from "./distinct-counter.ts";
import { FrequentValues } from "./frequent-values.ts";

export interface ColumnSummary {
  rows: number;
  /** Null, undefined, NaN, an invalid date or an empty string. */
  missing: number;
  /** Estimated beyond 16,384, within about 2 %. */
  distinct: number;
  /** The most frequent values and how often; beyond 1000 different values at most a thousandth of the rows too low. */
  top: [value: string, count: number][];
  /** Of numbers and dates (in milliseconds since the epoch); absent where there are none. */
  numbers?: NumberSummary;
}

export interface NumberSummary {
  min: number;
  max: number;
  mean: number;
  standardDeviation: number;
  /** Within 1 %. */
  quantiles: Record<QuantileName, number>;
}

const quantiles = { p01: 0.01, p05: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95, p99: 0.99 } as const;
export type QuantileName = keyof typeof quantiles;

const relativeAccuracy = 0.01;
const exactDistinctMax = 16_384;
const topMax = 5;
const textCharsMax = 100;

/** What one column is like, in bounded memory: at most about 1.5 MB, for values from the smallest to the largest double. */
export class ColumnProfile {
  #rows = 0;
  #missing = 0;
  #numbers = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  readonly #quantiles = new DDSketch({ relativeAccuracy });
  readonly #distinct = new DistinctCounter(exactDistinctMax);
  readonly #frequent = new FrequentValues();

  add(value: unknown): void {
    this.#rows += 1;
    if (isMissing(value)) {
      this.#missing += 1;
      return;
    }
    const text = textOf(value);
    this.#distinct.add(text);
    this.#frequent.add(text.slice(0, textCharsMax));
    const number = numberOf(value);
    if (number !== undefined) this.#addNumber(number);
  }

  get rows(): number {
    return this.#rows;
  }

  get missing(): number {
    return this.#missing;
  }

  summary(): ColumnSummary {
    return {
      rows: this.#rows,
      missing: this.#missing,
      distinct: this.#distinct.distinct,
      top: this.#frequent.top(topMax),
      ...(this.#numbers === 0 ? {} : { numbers: this.#numberSummary() }),
    };
  }

  #numberSummary(): NumberSummary {
    const at = (quantile: number) =>
      Math.min(Math.max(this.#quantiles.getValueAtQuantile(quantile), this.#min), this.#max);
    return {
      min: this.#min,
      max: this.#max,
      mean: this.#mean,
      standardDeviation: Math.sqrt(this.#squares / this.#numbers),
      quantiles: Object.fromEntries(
        Object.entries(quantiles).map(([name, quantile]) => [name, at(quantile)]),
      ) as NumberSummary["quantiles"],
    };
  }

  /** Mean and variance by Welford's method, which does not lose digits over long streams. */
  #addNumber(value: number): void {
    this.#numbers += 1;
    const delta = value - this.#mean;
    this.#mean += delta / this.#numbers;
    this.#squares += delta * (value - this.#mean);
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.#quantiles.accept(value);
  }
}

export function isMissing(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return (typeof value === "number" || value instanceof Date) && Number.isNaN(Number(value));
}

/** The value that a row has; undefined where it cannot be read. */
export function valueOf<Row>(row: Row, column: keyof Row): unknown {
  try {
    return row[column];
  } catch {
    return undefined;
  }
}

/** Finite numbers as they are, dates in milliseconds; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value instanceof Date ? value.getTime() : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** A value as a key. Never throws. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value, withoutLoss) ?? "";
  } catch {
    // A cycle, or a toJSON that throws.
    return Object.prototype.toString.call(value);
  }
}

/** What JSON would refuse, or take for empty. */
function withoutLoss(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  return value instanceof Map || value instanceof Set ? [...value] : value;
}
