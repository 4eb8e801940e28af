import type { QueryParam } from "../store/store.ts";

/** Collects the values of a generated query, and hands out the placeholders that stand for them in the SQL. */
export class SqlParams {
  readonly values: Record<string, QueryParam> = {};
  #count = 0;

  string(value: string): string {
    const name = `search${this.#count++}`;
    this.values[name] = value;
    return `{${name}:String}`;
  }

  strings(values: readonly string[]): string {
    const name = `search${this.#count++}`;
    this.values[name] = values;
    return `{${name}:Array(String)}`;
  }

  /** A double; integers up to 2^53 compare exactly with integer columns. */
  number(value: number): string {
    return `toFloat64(${this.string(String(value))})`;
  }

  /** Decimal digits of a 64-bit integer. */
  int64(digits: string): string {
    return `toInt64(${this.string(digits)})`;
  }
}
