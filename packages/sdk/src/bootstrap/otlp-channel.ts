import type { ISerializer } from "@opentelemetry/otlp-transformer";
import type { Clock } from "../clock.ts";
import type { Channel } from "./channel.ts";
import type { SignalSettings } from "./environment.ts";
import type { Letter } from "./last-post.ts";
import { OtlpHttp, requestHeaders } from "./otlp-http.ts";
import { Outbox } from "./outbox.ts";
import type { Signal } from "./spool/folder.ts";

export interface PartialSuccess {
  readonly partialSuccess?: { readonly errorMessage?: string | undefined } | undefined;
}

/** Posts items in batches, through a bounded outbox. */
export class OtlpChannel<Item> implements Channel {
  readonly outbox: Outbox<Item>;
  readonly #http: OtlpHttp;
  readonly #settings: SignalSettings;
  readonly #encode: (items: Item[]) => Uint8Array | undefined;
  readonly #signal: Signal | undefined;

  /**
   * @param signal what the bodies are, where a spool may keep them
   * @param gather adds what is noted and not yet made; called before anything is sent
   */
  constructor(
    label: string,
    signal: Signal | undefined,
    settings: SignalSettings,
    serializer: ISerializer<Item[], PartialSuccess>,
    clock: Clock,
    complain: (text: string) => void,
    gather?: () => void,
  ) {
    this.#settings = settings;
    this.#signal = signal;
    this.#http = new OtlpHttp(settings, clock);
    this.#encode = (items) => serializer.serializeRequest(items);
    this.outbox = new Outbox<Item>({
      label,
      url: settings.url,
      clock,
      itemsMax: settings.queueItemsMax,
      batchItemsMax: Math.min(settings.batchItemsMax, settings.queueItemsMax),
      delayMs: settings.delayMs,
      ...(gather === undefined ? {} : { gather }),
      encode: this.#encode,
      send: (body) => this.#http.send(body),
      rejection: (answer) => rejection(serializer, answer),
      complain,
    });
  }

  get unsentCount(): number {
    return this.outbox.unsentCount;
  }

  async drain(deadlineMs: number): Promise<boolean> {
    this.#http.hold();
    try {
      return await this.outbox.drain(deadlineMs);
    } finally {
      this.#http.release();
    }
  }

  takeLetters(): Letter[] {
    const items = this.outbox.takeUnsent();
    const letters: Letter[] = [];
    for (let start = 0; start < items.length; start += this.#settings.batchItemsMax) {
      const body = this.#encode(items.slice(start, start + this.#settings.batchItemsMax));
      if (body === undefined) continue;
      const { url, tls, encoding } = this.#settings;
      const headers = requestHeaders(this.#settings, false);
      letters.push({ url, headers, body, tls: { ...tls }, signal: this.#signal, encoding });
    }
    return letters;
  }

  close(): void {
    this.outbox.close();
    this.#http.close();
  }
}

function rejection(serializer: ISerializer<never[], PartialSuccess>, answer: Uint8Array): string | undefined {
  if (answer.byteLength === 0) return undefined;
  try {
    const { partialSuccess } = serializer.deserializeResponse(answer);
    const message = partialSuccess?.errorMessage;
    return message === undefined || message === "" ? undefined : message;
  } catch {
    // Accepted by status; the body is somebody else's idea of an answer.
    return undefined;
  }
}
