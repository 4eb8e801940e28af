import { DistinctSketch } from "./distinct-sketch.ts";
import { QuantileSketch } from "./quantile-sketch.ts";

export interface ColumnSummary {
  rows: number;
  /** Null, undefined, NaN or an empty string. */
  missing: number;
  /** Estimated beyond 10,000. */
  distinct: number;
  /** The rest is there for columns of numbers and dates (milliseconds since the epoch). */
  min?: number;
  max?: number;
  mean?: number;
  standardDeviation?: number;
  /** Within 1 %. */
  median?: number;
  p95?: number;
  /** The most frequent values and how often, among the first 1000 different ones. */
  top: [value: string, count: number][];
}

const frequenciesMax = 1000;
const topMax = 5;
const textCharsMax = 100;

/** What one column is like, in bounded memory. */
export class ColumnProfile {
  #rows = 0;
  #missing = 0;
  #numbers = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  readonly #quantiles = new QuantileSketch();
  readonly #distinct = new DistinctSketch();
  readonly #frequencies = new Map<string, number>();

  add(value: unknown): void {
    this.#rows += 1;
    if (isMissing(value)) {
      this.#missing += 1;
      return;
    }
    const text = textOf(value);
    this.#distinct.add(text);
    const seen = this.#frequencies.get(text);
    if (seen !== undefined || this.#frequencies.size < frequenciesMax) this.#frequencies.set(text, (seen ?? 0) + 1);
    const number = numberOf(value);
    if (number !== undefined) this.#addNumber(number);
  }

  get rows(): number {
    return this.#rows;
  }

  get missing(): number {
    return this.#missing;
  }

  get max(): number | undefined {
    return this.#numbers === 0 ? undefined : this.#max;
  }

  summary(): ColumnSummary {
    const top = [...this.#frequencies].toSorted((a, b) => b[1] - a[1]).slice(0, topMax);
    const common = { rows: this.#rows, missing: this.#missing, distinct: this.#distinct.distinct, top };
    if (this.#numbers === 0) return common;
    const [median, p95] = [this.#quantiles.quantile(0.5), this.#quantiles.quantile(0.95)];
    return {
      ...common,
      min: this.#min,
      max: this.#max,
      mean: this.#mean,
      standardDeviation: Math.sqrt(this.#squares / this.#numbers),
      ...(median === undefined ? {} : { median }),
      ...(p95 === undefined ? {} : { p95 }),
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
    this.#quantiles.add(value);
  }
}

export function isMissing(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (typeof value === "number" && Number.isNaN(value));
}

/** Numbers as they are, dates in milliseconds; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.getTime();
  return undefined;
}

/** A value as a key: values of different types stay apart. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value.slice(0, textCharsMax);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (typeof value === "object" && value !== null) return JSON.stringify(value).slice(0, textCharsMax);
  return String(value);
}
