import { type Clock, sleep, within } from "../../clock.ts";
import { safely } from "../../safely.ts";
import type { Channel } from "../channel.ts";
import type { SendOutcome } from "../otlp-http.ts";
import type { SpoolFolder, Waiting } from "./folder.ts";

/** How one kind of body is sent. */
export interface Sender {
  send(body: Uint8Array): Promise<SendOutcome>;
  /** From now on what is in flight keeps the process alive, until `release`. */
  hold(): void;
  release(): void;
  close(): void;
}

export interface SpoolChannelOptions {
  readonly folder: SpoolFolder;
  readonly clock: Clock;
  readonly senderFor: (waiting: Waiting) => Sender | undefined;
  readonly complain: (text: string) => void;
}

const retryMs = 30_000;
const busyRetryMs = 200;

type Step = "sent" | "later" | { readonly afterMs: number };

/**
 * Sends what earlier processes left on disk, one request after the other, the oldest first, beside what is new. Never keeps
 * the process alive, except in `drain`. A request whose answer gets lost is sent again: it may arrive twice.
 */
export class SpoolChannel implements Channel {
  readonly #options: SpoolChannelOptions;
  readonly #senders = new Set<Sender>();
  #waiting: Waiting[] = [];
  #inFlight: Promise<Step> | undefined;
  #claimed: Waiting | undefined;
  #cancelTimer: (() => void) | undefined;
  #holds = 0;
  #isClosed = false;

  constructor(options: SpoolChannelOptions) {
    this.#options = options;
    this.#waiting = safely(() => options.folder.list(), []);
    if (this.#waiting.length > 0) this.#schedule(0);
  }

  get unsentCount(): number {
    return this.#waiting.length;
  }

  async drain(deadlineMs: number): Promise<boolean> {
    const { clock } = this.#options;
    this.#stopTimer();
    this.#hold(1);
    try {
      while (this.#waiting.length > 0 && clock.nowMs() < deadlineMs) {
        const step = await within(clock, deadlineMs - clock.nowMs(), this.#sendNext());
        if (step === undefined || step === "later") break;
        if (step === "sent") continue;
        if (clock.nowMs() + step.afterMs >= deadlineMs) break;
        await sleep(clock, step.afterMs);
      }
    } finally {
      this.#hold(-1);
      if (this.#waiting.length > 0 && !this.#isClosed) this.#schedule(retryMs);
    }
    return this.#waiting.length === 0;
  }

  /** It is on disk already. */
  takeLetters(): [] {
    this.close();
    return [];
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    const { folder } = this.#options;
    if (this.#claimed !== undefined) safely(() => folder.release(this.#claimed as Waiting), undefined);
    for (const sender of this.#senders) sender.close();
    this.#waiting = [];
  }

  #schedule(delayMs: number): void {
    this.#stopTimer();
    this.#cancelTimer = this.#options.clock.after(delayMs, () => void this.#sendAll());
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const step = await this.#sendNext();
      if (step === "sent") continue;
      if (!this.#isClosed) this.#schedule(step === "later" ? retryMs : Math.max(step.afterMs, retryMs));
      return;
    }
  }

  /** One at a time, whoever asks. Never rejects. */
  #sendNext(): Promise<Step> {
    this.#inFlight ??= this.#deliver().finally(() => (this.#inFlight = undefined));
    return this.#inFlight;
  }

  async #deliver(): Promise<Step> {
    const { folder, complain, senderFor } = this.#options;
    const [waiting] = this.#waiting;
    if (waiting === undefined) return "sent";
    try {
      const sender = senderFor(waiting);
      if (sender === undefined || !folder.claim(waiting)) return this.#done();
      this.#claimed = waiting;
      const body = folder.read(waiting);
      if (body === undefined) {
        folder.setAside(waiting, "corrupt");
        complain(`${folder.path}: ${waiting.name} is not what was written; it is set aside as .corrupt`);
        return this.#done();
      }
      this.#adopt(sender);
      return this.#settle(waiting, await sender.send(body));
    } catch (thrown) {
      complain(`${folder.path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      return this.#done();
    }
  }

  #settle(waiting: Waiting, outcome: SendOutcome): Step {
    const { folder, complain } = this.#options;
    // The claim was given back when the channel was closed.
    if (this.#isClosed) return "later";
    if (outcome.kind === "accepted") {
      folder.remove(waiting);
      return this.#done();
    }
    if (outcome.kind === "refused") {
      folder.setAside(waiting, "refused");
      complain(`${folder.path}: ${waiting.name} was refused (${outcome.reason}); it is set aside as .refused`);
      return this.#done();
    }
    folder.release(waiting);
    this.#claimed = undefined;
    return outcome.kind === "busy" ? { afterMs: outcome.afterMs ?? busyRetryMs } : "later";
  }

  #done(): Step {
    this.#claimed = undefined;
    this.#waiting.shift();
    return "sent";
  }

  #adopt(sender: Sender): void {
    if (this.#senders.has(sender)) return;
    this.#senders.add(sender);
    if (this.#holds > 0) sender.hold();
  }

  #hold(change: 1 | -1): void {
    const before = this.#holds;
    this.#holds += change;
    if (before === 0) for (const sender of this.#senders) sender.hold();
    else if (this.#holds === 0) for (const sender of this.#senders) sender.release();
  }
}
