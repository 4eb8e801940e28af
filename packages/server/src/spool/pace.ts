import type { Clock } from "../model/clock.ts";

export interface PaceLimits {
  spoolSegmentInsertMs: number;
  spoolSegmentRowsMin: number;
  spoolHoldMaxMs: number;
}

/**
 * Keeps what is durable and not yet queryable small: while the store is busy, only so many rows are accepted as it takes in
 * `spoolSegmentInsertMs`, and the requests beyond that wait, in order. So at full load a span is queryable after two
 * inserts, and the sender learns of the load by a later answer, not the reader by old data.
 *
 * A request never waits long: a store that does not answer is what the spool is there for.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #limits: PaceLimits;
  /** Rows that the store takes in `spoolSegmentInsertMs`. */
  #segmentRows: number;
  /** How many times as much is let in, since requests have waited long enough. */
  #allowances = 1;
  #waiting: (() => void)[] = [];
  #cancel: (() => void) | undefined;

  constructor({ clock, limits }: { clock: Clock; limits: PaceLimits }) {
    this.#clock = clock;
    this.#limits = limits;
    this.#segmentRows = limits.spoolSegmentRowsMin;
  }

  /** A segment of so many rows is one good insert. */
  get segmentRows(): number {
    return this.#segmentRows;
  }

  /** Small inserts say little: most of their time is the same for one row. */
  inserted(rows: number, tookMs: number): void {
    if (rows < this.#segmentRows / 2) return;
    const { spoolSegmentInsertMs, spoolSegmentRowsMin } = this.#limits;
    const factor = spoolSegmentInsertMs / Math.max(tookMs, 1);
    const next = (this.#segmentRows + rows * Math.min(factor, 2)) / 2;
    this.#segmentRows = Math.max(spoolSegmentRowsMin, Math.round(next));
  }

  /** Whether so many rows, behind an insert under way, are enough. */
  isEnough(rows: number): boolean {
    return rows >= this.#segmentRows * this.#allowances;
  }

  /** Until the store has taken something, or `spoolHoldMaxMs` are over. */
  hold(): Promise<void> {
    this.#cancel ??= this.#clock.after(this.#limits.spoolHoldMaxMs, () => {
      this.#allowances += 1;
      this.letGo();
    });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The rows that were enough are on their way to the store. */
  begin(): void {
    this.#allowances = 1;
    this.letGo();
  }

  /** Those that must wait once more come back in their order. */
  letGo(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}
