import type { Clock } from "../clock.ts";
import { safely } from "../safely.ts";

const intervalMs = 60_000;

/**
 * What a pipeline's owner hears about trouble with telemetry: at most one line a minute, however much goes wrong, and one in the end where
 * something is lost that was to be kept. Lines held back in between are counted in the next one.
 */
export class Complaints {
  readonly #clock: Clock;
  readonly #write: (line: string) => void;
  #nextAtMs = Number.NEGATIVE_INFINITY;
  #heldBack = 0;

  constructor(clock: Clock, write: (line: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** @param mustBeSaid it is not held back: what nobody would learn otherwise */
  report(text: string, mustBeSaid = false): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#nextAtMs && !mustBeSaid) {
      this.#heldBack += 1;
      return;
    }
    this.#nextAtMs = nowMs + intervalMs;
    const more = this.#heldBack === 0 ? "" : ` (${this.#heldBack} more such messages held back)`;
    this.#heldBack = 0;
    safely(() => this.#write(`sightglass: ${text}${more}`), undefined);
  }
}
