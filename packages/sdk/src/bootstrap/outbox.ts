import { type Clock, sleep, within } from "../clock.ts";
import type { SendOutcome } from "./otlp-http.ts";

export interface OutboxOptions<Item> {
  /** What the items are called in a complaint. */
  readonly label: string;
  readonly url: string;
  readonly clock: Clock;
  readonly itemsMax: number;
  readonly batchItemsMax: number;
  /** How long an item waits for others. */
  readonly delayMs: number;
  /** Adds what is noted and not yet made; called before anything is sent. */
  readonly gather?: () => void;
  readonly encode: (items: Item[]) => Uint8Array | undefined;
  readonly send: (body: Uint8Array) => Promise<SendOutcome>;
  /** Reads from an accepted answer what the server rejected all the same, as a sentence. */
  readonly rejection: (answer: Uint8Array) => string | undefined;
  readonly complain: (text: string) => void;
}

const backoffMinMs = 1000;
const backoffMaxMs = 30_000;
const busyRetryMs = 200;

/**
 * Items on their way to the server: bounded, in order, one request at a time. What the server cannot take now is kept
 * and sent again with growing delays; when the outbox is full, new items are counted and dropped. Its timer never
 * keeps the process alive.
 */
export class Outbox<Item> {
  readonly #options: OutboxOptions<Item>;
  #queue: Item[] = [];
  #inFlight: { items: Item[]; done: Promise<SendOutcome> } | undefined;
  #cancelTimer: (() => void) | undefined;
  #dueMs = 0;
  #backoffMs = 0;
  #dropped = 0;
  #isClosed = false;

  constructor(options: OutboxOptions<Item>) {
    this.#options = options;
  }

  /** Not yet acknowledged by the server. */
  get unsentCount(): number {
    return this.#queue.length + (this.#inFlight?.items.length ?? 0);
  }

  add(item: Item): void {
    if (this.#isClosed) return;
    if (this.unsentCount >= this.#options.itemsMax) {
      this.#drop(1, "the queue is full");
      return;
    }
    this.#queue.push(item);
    if (this.#queue.length === this.#options.batchItemsMax && this.#backoffMs === 0) this.#schedule(0);
    else if (this.#cancelTimer === undefined) this.#schedule(this.#options.delayMs);
  }

  /** Something is there to gather: sends it within `delayMs`, unless the server takes nothing at present. */
  expect(delayMs: number): void {
    if (this.#isClosed || this.#backoffMs > 0) return;
    if (this.#cancelTimer === undefined || this.#dueMs > this.#options.clock.nowMs() + delayMs) this.#schedule(delayMs);
  }

  /**
   * Sends what is there now, without waiting for delays, until the outbox is empty, the server is not there, or the
   * deadline has passed. Returns whether it is empty.
   */
  async drain(deadlineMs: number): Promise<boolean> {
    const { clock } = this.#options;
    this.#options.gather?.();
    while (this.unsentCount > 0 && clock.nowMs() < deadlineMs) {
      const answer = this.#inFlight?.done ?? this.#sendBatch();
      const outcome = await within(clock, deadlineMs - clock.nowMs(), answer);
      if (outcome === undefined || outcome.kind === "unreachable") break;
      if (outcome.kind !== "busy") continue;
      const waitMs = outcome.afterMs ?? busyRetryMs;
      if (clock.nowMs() + waitMs >= deadlineMs) break;
      await sleep(clock, waitMs);
    }
    return this.unsentCount === 0;
  }

  /** Closes the outbox and hands over what the server has not acknowledged. */
  takeUnsent(): Item[] {
    this.#options.gather?.();
    const items = [...(this.#inFlight?.items ?? []), ...this.#queue];
    this.close();
    return items;
  }

  close(): void {
    this.#isClosed = true;
    this.#queue = [];
    this.#inFlight = undefined;
    this.#stopTimer();
  }

  #schedule(delayMs: number): void {
    this.#stopTimer();
    this.#dueMs = this.#options.clock.nowMs() + delayMs;
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#options.gather?.();
      if (this.#inFlight === undefined && this.#queue.length > 0) void this.#sendBatch();
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #sendBatch(): Promise<SendOutcome> {
    this.#stopTimer();
    const items = this.#queue.splice(0, this.#options.batchItemsMax);
    // Later, so that it is in flight before it can be over.
    const done = Promise.resolve().then(() => this.#deliver(items));
    this.#inFlight = { items, done };
    return done;
  }

  /** Never rejects. */
  async #deliver(items: Item[]): Promise<SendOutcome> {
    let outcome: SendOutcome;
    try {
      const body = this.#options.encode(items);
      outcome =
        body === undefined ? { kind: "refused", reason: "they cannot be encoded" } : await this.#options.send(body);
    } catch (thrown) {
      outcome = { kind: "refused", reason: thrown instanceof Error ? thrown.message : String(thrown) };
    }
    if (this.#isClosed) return outcome;
    this.#inFlight = undefined;
    this.#settle(items, outcome);
    if (this.#queue.length > 0) this.#schedule(this.#nextDelayMs(outcome));
    return outcome;
  }

  #settle(items: Item[], outcome: SendOutcome): void {
    const { label, url, complain, rejection } = this.#options;
    if (outcome.kind === "accepted") {
      this.#backoffMs = 0;
      const rejected = rejection(outcome.answer);
      if (rejected !== undefined) complain(`${url} rejected some ${label}: ${rejected}`);
      return;
    }
    if (outcome.kind === "refused") {
      this.#drop(items.length, outcome.reason);
      return;
    }
    this.#queue = [...items, ...this.#queue];
    this.#backoffMs = Math.min(Math.max(this.#backoffMs * 2, backoffMinMs), backoffMaxMs);
    complain(
      `${url} does not take ${label} (${outcome.reason}); ${this.#queue.length} are kept to be sent later, ` +
        `${this.#dropped} were dropped; the pipeline goes on`,
    );
  }

  #nextDelayMs(outcome: SendOutcome): number {
    const askedMs = outcome.kind === "busy" ? (outcome.afterMs ?? 0) : 0;
    if (this.#backoffMs > 0) return Math.max(this.#backoffMs, askedMs);
    return this.#queue.length >= this.#options.batchItemsMax ? 0 : this.#options.delayMs;
  }

  #drop(count: number, reason: string): void {
    this.#dropped += count;
    this.#options.complain(
      `${this.#options.label} for ${this.#options.url} are dropped, ${this.#dropped} so far: ${reason}; the pipeline goes on`,
    );
  }
}
