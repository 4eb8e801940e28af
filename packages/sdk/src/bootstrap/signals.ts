import { TraceFlags } from "@opentelemetry/api";
import {
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
import { type Due, Notes } from "../notes.ts";
import { safely } from "../safely.ts";
import type { Channel } from "./channel.ts";
import type { SignalSettings } from "./environment.ts";
import type { KeepRules } from "./keep-rules.ts";
import { KeepProcessor } from "./keep.ts";
import { OtlpChannel } from "./otlp-channel.ts";
import type { Outbox } from "./outbox.ts";
import type { PersonalDataFilter } from "./personal-data.ts";
import { cleanLogRecord, cleanSpan } from "./personal-data-in-signals.ts";

export interface SignalParts<Processor> {
  readonly processors: Processor[];
  readonly channels: Channel[];
  /** Where what ends is noted, so that it is made with the batch; undefined where there are no batches. */
  readonly notes?: Notes;
}

/** What is announced is seen within this time, so that a run shows while it runs. */
const soonMs = 200;

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
  const gather = () => notes.write();
  const channel = new OtlpChannel<ReadableSpan>("spans", "traces", settings, serializer, clock, complain, gather);
  const notes = notesFor(channel.outbox, settings);
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
  return { processors: [processor, ...keeper], channels: [channel], notes };
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
  const gather = () => notes.write();
  const channel = new OtlpChannel<ReadableLogRecord>(
    "log records",
    "logs",
    settings,
    serializer,
    clock,
    complain,
    gather,
  );
  const notes = notesFor(channel.outbox, settings);
  const processor: LogRecordProcessor = {
    onEmit(record: SdkLogRecord) {
      if (safely(() => cleanLogRecord(record, filter), false)) channel.outbox.add(record);
    },
    forceFlush: () => drainWithin(channel, settings.timeoutMs, clock),
    shutdown: () => Promise.resolve(),
  };
  return { processors: [processor], channels: [channel], notes };
}

function notesFor(outbox: Pick<Outbox<never>, "expect">, { delayMs }: SignalSettings): Notes {
  const delaysMs: Record<Due, number> = { "with the batch": delayMs, soon: Math.min(soonMs, delayMs), now: 0 };
  return new Notes((due) => outbox.expect(delaysMs[due]));
}

async function drainWithin(channel: Channel, timeoutMs: number, clock: Clock): Promise<void> {
  await channel.drain(clock.nowMs() + timeoutMs);
}
