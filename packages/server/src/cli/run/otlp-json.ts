/** OTLP as JSON (opentelemetry-proto, "JSON Protobuf Encoding"): hexadecimal ids, 64-bit integers as strings. */

export type Value = string | number | boolean;
export type Attributes = Readonly<Record<string, Value>>;

export interface SpanEvent {
  readonly name: string;
  readonly timeMs: number;
  readonly attributes: Attributes;
}

export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** The status message; undefined means it went well. */
  readonly error?: string;
}

export interface LogRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly timeMs: number;
  /** 1-24 (OpenTelemetry logs data model), 0 when unknown. */
  readonly severity: number;
  readonly body?: string;
  readonly eventName?: string;
  readonly attributes: Attributes;
}

const scope = { name: "sightglass run" };

export function tracesRequest(resource: Attributes, spans: readonly SpanRecord[]): object {
  return {
    resourceSpans: [{ resource: { attributes: pairs(resource) }, scopeSpans: [{ scope, spans: spans.map(spanJson) }] }],
  };
}

export function logsRequest(resource: Attributes, records: readonly LogRecord[]): object {
  return {
    resourceLogs: [
      { resource: { attributes: pairs(resource) }, scopeLogs: [{ scope, logRecords: records.map(logJson) }] },
    ],
  };
}

/** Milliseconds since the epoch as the decimal nanoseconds of OTLP. */
export function nanoseconds(epochMs: number): string {
  const wholeMs = Math.floor(epochMs);
  return (BigInt(wholeMs) * 1_000_000n + BigInt(Math.round((epochMs - wholeMs) * 1e6))).toString();
}

function spanJson(span: SpanRecord): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    ...(span.traceState === undefined ? {} : { traceState: span.traceState }),
    name: span.name,
    kind: 1,
    flags: 1,
    startTimeUnixNano: nanoseconds(span.startMs),
    endTimeUnixNano: nanoseconds(span.endMs),
    attributes: pairs(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: nanoseconds(event.timeMs),
      attributes: pairs(event.attributes),
    })),
    status: span.error === undefined ? { code: 1 } : { code: 2, message: span.error },
  };
}

function logJson(record: LogRecord): object {
  return {
    timeUnixNano: nanoseconds(record.timeMs),
    observedTimeUnixNano: nanoseconds(record.timeMs),
    severityNumber: record.severity,
    severityText: severityText(record.severity),
    ...(record.body === undefined ? {} : { body: { stringValue: record.body } }),
    ...(record.eventName === undefined ? {} : { eventName: record.eventName }),
    attributes: pairs(record.attributes),
    traceId: record.traceId,
    spanId: record.spanId,
    flags: 1,
  };
}

/** Short names of the logs data model's ranges of four. */
function severityText(severity: number): string {
  return ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"][Math.ceil(severity / 4) - 1] ?? "";
}

function pairs(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueJson(value) }));
}

function valueJson(value: Value): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
