import { type Clock, systemClock } from "./clock.ts";
import type { Scope } from "./scope.ts";

/** Stages that end sooner than this are not announced: their span is soon there, and says more. */
const stageAnnounceDelayMs = 100;
const heartbeatIntervalMs = 10_000;
/** Scopes that beat at one time; the rest stay silent until others have ended. */
const heartbeatsMax = 1000;

/**
 * The runs and stages that are open in this process. Announces them, lets them beat, and ends what is still open when
 * the process ends. Its timers stop when nothing is open and never keep the process alive.
 */
export class Watch {
  /** The newest open scope; the others follow along `previous`. A Set would hash each of them. */
  #newest: Scope | undefined;
  readonly #clock: Clock;
  #isAnnouncing = false;
  #isBeating = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get openCount(): number {
    return this.#open().length;
  }

  add(scope: Scope): void {
    scope.previous = this.#newest;
    if (this.#newest !== undefined) this.#newest.next = scope;
    this.#newest = scope;
    if (scope.kind === "run") scope.announce();
    else if (!this.#isAnnouncing) this.#announceLater();
    if (!this.#isBeating) {
      this.#isBeating = true;
      this.#clock.after(heartbeatIntervalMs, () => this.#beat());
    }
  }

  remove(scope: Scope): void {
    const { previous, next } = scope;
    if (previous !== undefined) previous.next = next;
    if (next !== undefined) next.previous = previous;
    if (this.#newest === scope) this.#newest = previous;
    scope.previous = scope.next = undefined;
  }

  /** Ends everything that is open, innermost first. */
  abandonAll(reason: string, status: "cancelled" | "failed", thrown?: unknown): void {
    for (const scope of this.#open()) {
      scope.abandon(reason, status, thrown);
      this.remove(scope);
    }
  }

  /** Those that are old enough; the others have their turn the next time. */
  #announce(): void {
    const bornBeforeMs = this.#clock.nowMs() - stageAnnounceDelayMs;
    this.#isAnnouncing = false;
    for (const scope of this.#open().toReversed())
      if (scope.startMs <= bornBeforeMs) scope.announce();
      else if (!this.#isAnnouncing) this.#announceLater();
  }

  #announceLater(): void {
    this.#isAnnouncing = true;
    this.#clock.after(stageAnnounceDelayMs, () => this.#announce());
  }

  #beat(): void {
    const open = this.#open().toReversed();
    for (const scope of open.slice(0, heartbeatsMax)) scope.beat();
    this.#isBeating = open.length > 0;
    if (this.#isBeating) this.#clock.after(heartbeatIntervalMs, () => this.#beat());
  }

  /** What is open, the newest first. */
  #open(): Scope[] {
    const scopes: Scope[] = [];
    for (let scope = this.#newest; scope !== undefined; scope = scope.previous) scopes.push(scope);
    return scopes;
  }
}

const watchSymbol = Symbol.for("@sightglass/sdk watch 1");

/** The one watch of this thread, also when the package is loaded twice. */
export function watch(): Watch {
  const home = globalThis as { [watchSymbol]?: Watch };
  if (home[watchSymbol] === undefined) {
    const made = new Watch(systemClock);
    home[watchSymbol] = made;
    // Runs that are open when the process ends still end; bootstrap's own listener runs later or does the same first.
    process.once("exit", (code) => made.abandonAll(`the process exited with code ${code} before this ended`, "failed"));
  }
  return home[watchSymbol];
}
