import type { Clock } from "../../model/clock.ts";
import { reasonOf, type Send } from "../client.ts";
import { limits } from "../../model/limits.ts";
import { type Attributes, type LogRecord, logsRequest, type SpanRecord, tracesRequest } from "./otlp-json.ts";
import type { Destination } from "./settings.ts";

export interface OutboxOptions {
  readonly destination: Destination;
  readonly resource: Attributes;
  readonly clock: Clock;
  readonly send: Send;
  /** Called once, when something could not be delivered. */
  readonly onTrouble: (problem: string) => void;
}

const batchItemsMax = 1000;
const sendDelayMs = 200;
const requestTimeoutMs = 5000;
const backoffMs = { first: 1000, max: 15_000 } as const;

type Outcome = "sent" | "later" | "dropped";

/**
 * Sends spans and log records as OTLP/JSON, in order and in the background. What the server cannot take now waits, up
 * to a limit; nothing in here throws, and none of it holds the command up.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #spans: SpanRecord[] = [];
  #logs: LogRecord[] = [];
  #sending: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #backoffMs = 0;
  #dropped = 0;
  #problem: string | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  addLog(record: LogRecord): void {
    if (this.#logs.length >= limits.runQueueItemsMax.value) {
      this.#dropped += 1;
      return;
    }
    this.#logs.push(record);
    this.#schedule();
  }

  addSpan(span: SpanRecord): void {
    this.#spans.push(span);
    this.#schedule();
  }

  /** Sends what is left, within the limit. */
  async finish(): Promise<void> {
    const { clock, destination } = this.#options;
    const deadlineMs = clock.monotonicMs() + limits.runFlushTimeoutMs.value;
    this.#cancelTimer?.();
    const limit = alarm(limits.runFlushTimeoutMs.value);
    await Promise.race([this.#drain(deadlineMs), limit.passed]);
    limit.cancel();
    const left = this.#spans.length + this.#logs.length + this.#dropped;
    if (left > 0) this.#trouble(`${left} spans and log records were not taken by ${destination.endpoint} in time`);
  }

  async #drain(deadlineMs: number): Promise<void> {
    const { clock } = this.#options;
    // A server that has been away all along gets one more chance, not three.
    const triesMax = this.#backoffMs > 0 ? 1 : 3;
    for (let tries = 0; tries < triesMax && clock.monotonicMs() < deadlineMs;) {
      await (this.#sending ?? this.#send());
      if (this.#spans.length + this.#logs.length === 0) return;
      if (this.#backoffMs === 0) continue;
      tries += 1;
      if (tries < triesMax) await wait(200);
    }
  }

  #schedule(delayMs: number = sendDelayMs): void {
    if (this.#cancelTimer !== undefined || this.#sending !== undefined) return;
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      void this.#send();
    });
  }

  #send(): Promise<void> {
    this.#sending ??= this.#sendBatch().finally(() => {
      this.#sending = undefined;
      if (this.#spans.length + this.#logs.length > 0)
        this.#schedule(this.#backoffMs > 0 ? this.#backoffMs : sendDelayMs);
    });
    return this.#sending;
  }

  async #sendBatch(): Promise<void> {
    const { destination, resource } = this.#options;
    const logs = this.#logs.slice(0, batchItemsMax);
    if (logs.length > 0) {
      const outcome = await this.#post(destination.logsUrl, logsRequest(resource, logs));
      if (outcome === "later") return;
      this.#logs.splice(0, logs.length);
      if (outcome === "dropped") this.#dropped += logs.length;
    }
    const spans = this.#spans.slice(0, batchItemsMax);
    if (spans.length === 0) return;
    const outcome = await this.#post(destination.tracesUrl, tracesRequest(resource, spans));
    if (outcome === "later") return;
    this.#spans.splice(0, spans.length);
    if (outcome === "dropped") this.#dropped += spans.length;
  }

  async #post(url: string, body: object): Promise<Outcome> {
    try {
      const response = await this.#options.send(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...this.#options.destination.headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      await response.arrayBuffer();
      this.#backoffMs = 0;
      if (response.ok) return "sent";
      this.#trouble(`${url} answered HTTP ${response.status}`);
      // OTLP/HTTP, "Retryable Response Codes".
      if (![429, 502, 503, 504].includes(response.status)) return "dropped";
    } catch (thrown) {
      this.#trouble(`${url}: ${reasonOf(thrown)}`);
    }
    this.#backoffMs = Math.min(Math.max(this.#backoffMs * 2, backoffMs.first), backoffMs.max);
    return "later";
  }

  #trouble(problem: string): void {
    if (this.#problem === undefined) this.#options.onTrouble(problem);
    this.#problem = problem;
  }
}

function wait(delayMs: number): Promise<void> {
  return alarm(delayMs).passed;
}

/** Keeps the process alive until it has passed or is cancelled. */
function alarm(delayMs: number): { passed: Promise<void>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, delayMs);
  });
  return { passed, cancel: () => clearTimeout(timer) };
}
