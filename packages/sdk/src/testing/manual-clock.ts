import type { Clock } from "../clock.ts";

interface Timer {
  atMs: number;
  run: () => void;
}

/** A clock that goes on only when told. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  #timers: Timer[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  afterHolding(delayMs: number, run: () => void): () => void {
    return this.after(delayMs, run);
  }

  get timerCount(): number {
    return this.#timers.length;
  }

  /** Time passes while the thread is busy: no timer runs. */
  skip(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  /** Lets time pass; timers run in order, and what they await settles in between. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settle();
    for (;;) {
      const next = this.#timers.filter((timer) => timer.atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
      await settle();
    }
    this.#nowMs = endMs;
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
