import { TraceFlags } from "@opentelemetry/api";
import {
  type ISerializer,
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { ConsoleLogRecordExporter, type LogRecordProcessor, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import type { ReadableLogRecord, SdkLogRecord } from "@opentelemetry/sdk-logs";
import { ConsoleSpanExporter, SimpleSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { Clock } from "../clock.ts";
import { safely } from "../safely.ts";
import type { SignalSettings } from "./environment.ts";
import type { KeepRules } from "./keep-rules.ts";
import { KeepProcessor } from "./keep.ts";
import type { Letter } from "./last-post.ts";
import { OtlpHttp, requestHeaders } from "./otlp-http.ts";
import { Outbox } from "./outbox.ts";
import type { PersonalDataFilter } from "./personal-data.ts";
import { cleanLogRecord, cleanSpan } from "./personal-data-in-signals.ts";

export interface PartialSuccess {
  readonly partialSuccess?: { readonly errorMessage?: string | undefined } | undefined;
}

/** One signal's way out: what bootstrap flushes, and what it posts at exit. */
export interface Channel {
  readonly unsentCount: number;
  /** Keeps the process alive until done. Returns whether everything has been sent. */
  drain(deadlineMs: number): Promise<boolean>;
  /** Closes the channel and returns what is unsent, for the last post. */
  takeLetters(): Letter[];
  close(): void;
}

/** Posts items in batches, through a bounded outbox. */
export class OtlpChannel<Item> implements Channel {
  readonly outbox: Outbox<Item>;
  readonly #http: OtlpHttp;
  readonly #settings: SignalSettings;
  readonly #encode: (items: Item[]) => Uint8Array | undefined;

  constructor(
    label: string,
    settings: SignalSettings,
    serializer: ISerializer<Item[], PartialSuccess>,
    clock: Clock,
    complain: (text: string) => void,
  ) {
    this.#settings = settings;
    this.#http = new OtlpHttp(settings, clock);
    this.#encode = (items) => serializer.serializeRequest(items);
    this.outbox = new Outbox<Item>({
      label,
      url: settings.url,
      clock,
      itemsMax: settings.queueItemsMax,
      batchItemsMax: Math.min(settings.batchItemsMax, settings.queueItemsMax),
      delayMs: settings.delayMs,
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
      const { url, tls } = this.#settings;
      letters.push({ url, headers: requestHeaders(this.#settings, false), body, tls: { ...tls } });
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

export interface SignalParts<Processor> {
  readonly processors: Processor[];
  readonly channels: Channel[];
}

export function traceParts(
  settings: SignalSettings,
  clock: Clock,
  complain: (text: string) => void,
  { keep, filter }: { keep?: KeepRules | undefined; filter?: PersonalDataFilter | undefined } = {},
): SignalParts<SpanProcessor> {
  if (settings.exporter === "none") return { processors: [], channels: [] };
  if (settings.exporter === "console")
    return { processors: [new SimpleSpanProcessor(new ConsoleSpanExporter())], channels: [] };
  const serializer = settings.encoding === "json" ? JsonTraceSerializer : ProtobufTraceSerializer;
  const channel = new OtlpChannel<ReadableSpan>("spans", settings, serializer, clock, complain);
  const send = (span: ReadableSpan) => {
    // What cannot be cleaned is not sent.
    if (safely(() => cleanSpan(span, filter), false)) channel.outbox.add(span);
  };
  const processor: SpanProcessor = {
    onStart() {},
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) send(span);
    },
    forceFlush: () => drainWithin(channel, settings.timeoutMs, clock),
    shutdown: () => Promise.resolve(),
  };
  const keeper = keep === undefined ? [] : [new KeepProcessor(keep, send)];
  return { processors: [processor, ...keeper], channels: [channel] };
}

export function logParts(
  settings: SignalSettings,
  clock: Clock,
  complain: (text: string) => void,
  filter?: PersonalDataFilter,
): SignalParts<LogRecordProcessor> {
  if (settings.exporter === "none") return { processors: [], channels: [] };
  if (settings.exporter === "console")
    return {
      processors: [new SimpleLogRecordProcessor({ exporter: new ConsoleLogRecordExporter() })],
      channels: [],
    };
  const serializer = settings.encoding === "json" ? JsonLogsSerializer : ProtobufLogsSerializer;
  const channel = new OtlpChannel<ReadableLogRecord>("log records", settings, serializer, clock, complain);
  const processor: LogRecordProcessor = {
    onEmit(record: SdkLogRecord) {
      if (safely(() => cleanLogRecord(record, filter), false)) channel.outbox.add(record);
    },
    forceFlush: () => drainWithin(channel, settings.timeoutMs, clock),
    shutdown: () => Promise.resolve(),
  };
  return { processors: [processor], channels: [channel] };
}

async function drainWithin(channel: Channel, timeoutMs: number, clock: Clock): Promise<void> {
  await channel.drain(clock.nowMs() + timeoutMs);
}
