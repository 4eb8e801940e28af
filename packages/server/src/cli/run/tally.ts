import type { SpanEvent } from "./otlp-json.ts";
import { type CountName, countNames, type RowCountLine } from "./row-counts.ts";

const attributeOf: Record<CountName, string> = {
  read: "pipeline.records.read",
  written: "pipeline.records.written",
  failed: "pipeline.records.failed",
  filtered: "pipeline.records.filtered",
  deduplicated: "pipeline.records.deduplicated",
  bytes: "pipeline.bytes.processed",
};

/** Reasons told apart; the rest count as `other`. */
const reasonsMax = 50;

/** The row counts of the command so far. A count that no line has named is unknown, not 0. */
export class Tally {
  readonly #counts = new Map<CountName, number>();
  readonly #failures = new Map<string, number>();

  apply(line: RowCountLine): void {
    for (const name of countNames) {
      const value = line.counts[name];
      if (value !== undefined) this.#counts.set(name, line.isSet ? value : (this.#counts.get(name) ?? 0) + value);
    }
    if (line.isSet && line.counts.failed !== undefined) this.#failures.clear();
    for (const { reason, count } of line.failures) {
      const key = this.#failures.has(reason) || this.#failures.size < reasonsMax ? reason : "other";
      this.#failures.set(key, (this.#failures.get(key) ?? 0) + count);
    }
  }

  attributes(): Record<string, number> {
    return Object.fromEntries([...this.#counts].map(([name, count]) => [attributeOf[name], count]));
  }

  /** One event for each reason. */
  failureEvents(timeMs: number): SpanEvent[] {
    return [...this.#failures].map(([reason, count]) => ({
      name: "pipeline.record.failed",
      timeMs,
      attributes: { "pipeline.failure.reason": reason, "pipeline.failure.count": count },
    }));
  }
}
