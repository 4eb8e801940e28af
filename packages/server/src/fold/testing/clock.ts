import { systemClock, type Clock } from "../../model/clock.ts";

/** The engine's clock, moved forward at will; timers only run when asked. */
export class ShiftedClock implements Clock {
  shiftMs = 0;
  #stoppedAtMs: number | undefined;

  /** From here on only `shiftMs` moves the wall clock. */
  stop(): void {
    this.#stoppedAtMs = systemClock.nowMs();
  }
  nowMs(): number {
    return (this.#stoppedAtMs ?? systemClock.nowMs()) + this.shiftMs;
  }
  monotonicMs(): number {
    return systemClock.monotonicMs() + this.shiftMs;
  }
  after(): () => void {
    return () => {};
  }
}
