import { type Clock, within } from "../clock.ts";

/** Says how a part is: throws, rejects or returns false when it is not well. `signal` is aborted when it takes too long. */
export type Check = (signal: AbortSignal) => unknown;

export interface CheckOptions {
  check: Check;
  /** Default 2000. */
  timeoutMs?: number;
  /** How long an answer is used again, so that many probes do not make many checks. Default 1000. */
  cacheMs?: number;
  /** False: it shows, but does not make the whole unavailable. Default true. */
  critical?: boolean;
}

export interface PartHealth {
  status: "ok" | "unavailable";
  reason?: string;
}

const timeoutDefaultMs = 2000;
const cacheDefaultMs = 1000;
const reasonCharsMax = 200;
/** Checks that took too long and go on all the same; with so many no other one is begun. */
const pendingMax = 5;

/** One named check: at most one at a time, never longer than its limit, its answer kept for a moment. */
export class Probe {
  readonly isCritical: boolean;
  readonly #options: CheckOptions;
  readonly #clock: Clock;
  #last: { health: PartHealth; untilMs: number } | undefined;
  #running: Promise<PartHealth> | undefined;
  #pending = 0;

  constructor(check: Check | CheckOptions, clock: Clock) {
    this.#options = typeof check === "function" ? { check } : check;
    this.isCritical = this.#options.critical ?? true;
    this.#clock = clock;
  }

  /** Never rejects. */
  health(): Promise<PartHealth> {
    if (this.#last !== undefined && this.#clock.nowMs() < this.#last.untilMs) return Promise.resolve(this.#last.health);
    this.#running ??= this.#run().then((health) => {
      this.#running = undefined;
      this.#last = { health, untilMs: this.#clock.nowMs() + (this.#options.cacheMs ?? cacheDefaultMs) };
      return health;
    });
    return this.#running;
  }

  async #run(): Promise<PartHealth> {
    const timeoutMs = this.#options.timeoutMs ?? timeoutDefaultMs;
    if (this.#pending >= pendingMax) return unavailable(`${pendingMax} checks have not ended in spite of their signal`);
    const late = new AbortController();
    try {
      const result = await within(this.#clock, timeoutMs, this.#begin(late.signal));
      if (result === undefined) {
        late.abort();
        return unavailable(`no answer within ${timeoutMs} ms`);
      }
      return result.value === false ? unavailable("the check said no") : { status: "ok" };
    } catch (thrown) {
      return unavailable(thrown instanceof Error ? thrown.message || thrown.name : String(thrown));
    }
  }

  async #begin(signal: AbortSignal): Promise<{ value: unknown }> {
    this.#pending += 1;
    try {
      return { value: await this.#options.check(signal) };
    } finally {
      this.#pending -= 1;
    }
  }
}

function unavailable(reason: string): PartHealth {
  return { status: "unavailable", reason: reason.slice(0, reasonCharsMax) };
}
