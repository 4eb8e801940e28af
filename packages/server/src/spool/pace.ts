import type { Clock } from "../model/clock.ts";

export interface PaceLimits {
  spoolSegmentInsertMs: number;
  spoolSegmentBytesMin: number;
  spoolHoldMaxMs: number;
}

/**
 * Keeps what is durable and not yet queryable small: while the store is busy, only so much is accepted as it takes in
 * `spoolSegmentInsertMs`, and the requests beyond that wait, in order. So at full load a span is queryable after two
 * inserts, and the sender learns of the load by a later answer, not the reader by old data.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #limits: PaceLimits;
  #segmentBytes: number;
  readonly #waiting = new Set<() => void>();
  #isLettingGo = false;

  constructor({ clock, limits }: { clock: Clock; limits: PaceLimits }) {
    this.#clock = clock;
    this.#limits = limits;
    this.#segmentBytes = limits.spoolSegmentBytesMin;
  }

  /** What the store takes in `spoolSegmentInsertMs`: one good insert. */
  get segmentBytes(): number {
    return this.#segmentBytes;
  }

  /** Small inserts say little: most of their time is the same for one row. */
  inserted(bytes: number, tookMs: number): void {
    if (bytes < this.#segmentBytes / 2) return;
    const { spoolSegmentInsertMs, spoolSegmentBytesMin } = this.#limits;
    const factor = spoolSegmentInsertMs / Math.max(tookMs, 1);
    const next = (this.#segmentBytes + bytes * Math.min(factor, 2)) / 2;
    this.#segmentBytes = Math.max(spoolSegmentBytesMin, Math.round(next));
  }

  /**
   * Until when a request may wait that comes now, by the monotonic clock. Not long, whatever the store does: one that does
   * not answer is what the spool is there for.
   */
  deadlineMs(): number {
    return this.#clock.monotonicMs() + this.#limits.spoolHoldMaxMs;
  }

  isOver(deadlineMs: number): boolean {
    return this.#clock.monotonicMs() >= deadlineMs;
  }

  /** Until the store has taken something, or the deadline. */
  hold(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        cancel();
        this.#waiting.delete(go);
        resolve();
      };
      const cancel = this.#clock.after(deadlineMs - this.#clock.monotonicMs(), go);
      this.#waiting.add(go);
    });
  }

  /** Who comes now goes behind those. */
  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Those that wait go on in their order, while `mayGo`, each in a turn of its own: all at once they would be decoded before the
   * insert begins that they waited for, and before anything else is answered.
   */
  letGo(mayGo: () => boolean): void {
    if (this.#isLettingGo || !this.hasWaiting) return;
    this.#isLettingGo = true;
    setImmediate(() => {
      this.#isLettingGo = false;
      const [first] = this.#waiting;
      if (first === undefined || !mayGo()) return;
      first();
      this.letGo(mayGo);
    });
  }

  letAllGo(): void {
    for (const go of this.#waiting) go();
  }
}
