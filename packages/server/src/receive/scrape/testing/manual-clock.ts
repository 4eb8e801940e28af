import type { Clock } from "../../../model/clock.ts";

/** A clock that only moves when told to. */
export class ManualClock implements Clock {
  private now: number;
  private readonly timers = new Set<{ atMs: number; run: () => void }>();

  constructor(nowMs = 1_700_000_000_000) {
    this.now = nowMs;
  }

  nowMs(): number {
    return this.now;
  }

  monotonicMs(): number {
    return this.now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.now + delayMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  get timerCount(): number {
    return this.timers.size;
  }

  /** Moves on; timers stay. */
  advanceBy(byMs: number): void {
    this.now += byMs;
  }

  /** Moves on to the next timer and runs it. */
  runNext(): void {
    const [first] = [...this.timers].sort((a, b) => a.atMs - b.atMs);
    if (first === undefined) throw new Error("nothing is planned");
    this.timers.delete(first);
    this.now = Math.max(this.now, first.atMs);
    first.run();
  }
}
