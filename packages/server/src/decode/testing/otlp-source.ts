/** OTLP messages as plain objects, the source that encodings and stored rows are compared with. */

export type SourceValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: SourceValue[] } }
  | { kvlistValue: { values: SourceAttribute[] } }
  | { bytesValue: Uint8Array }
  | Record<string, never>;

export interface SourceAttribute {
  key: string;
  value: SourceValue;
}

export interface SourceResource {
  attributes: SourceAttribute[];
  droppedAttributesCount: number;
}

export interface SourceScope extends SourceResource {
  name: string;
  version: string;
}

export interface SourceSpan {
  traceId: Uint8Array;
  spanId: Uint8Array;
  traceState: string;
  parentSpanId: Uint8Array;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: SourceAttribute[];
  droppedAttributesCount: number;
  events: { timeUnixNano: string; name: string; attributes: SourceAttribute[]; droppedAttributesCount: number }[];
  droppedEventsCount: number;
  links: {
    traceId: Uint8Array;
    spanId: Uint8Array;
    traceState: string;
    attributes: SourceAttribute[];
    droppedAttributesCount: number;
    flags: number;
  }[];
  droppedLinksCount: number;
  status: { message: string; code: number };
  flags: number;
}

export interface SourceLog {
  timeUnixNano: string;
  severityNumber: number;
  severityText: string;
  body: SourceValue;
  attributes: SourceAttribute[];
  droppedAttributesCount: number;
  flags: number;
  traceId: Uint8Array;
  spanId: Uint8Array;
  observedTimeUnixNano: string;
  eventName: string;
}

export interface TraceRequest {
  resourceSpans: {
    resource: SourceResource;
    scopeSpans: { scope: SourceScope; spans: SourceSpan[]; schemaUrl: string }[];
    schemaUrl: string;
  }[];
}

export interface LogsRequest {
  resourceLogs: {
    resource: SourceResource;
    scopeLogs: { scope: SourceScope; logRecords: SourceLog[]; schemaUrl: string }[];
    schemaUrl: string;
  }[];
}

/** Choices that OTLP/JSON leaves to the sender, taken from a stream of numbers so that a failing case repeats. */
export interface JsonChoices {
  next(): number;
}

const hexFields = new Set(["traceId", "spanId", "parentSpanId"]);
const int64Fields = /(?:UnixNano|intValue)$/;

/** The message as OTLP/JSON text: hex ids in either case, 64-bit numbers as numbers or strings, unknown fields added. */
export function toOtlpJson(message: object, choices: JsonChoices): string {
  return write(message, "", choices);
}

function write(value: unknown, key: string, choices: JsonChoices): string {
  if (value instanceof Uint8Array) return JSON.stringify(writeBytes(value, key, choices));
  if (Array.isArray(value)) return `[${value.map((item) => write(item, key, choices)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `"${name}":${write(member, name, choices)}`);
    if (choices.next() % 8 === 0) members.push(`"unknown${choices.next() % 3}":[{"a":"\\u00e9\\n"},1e3,null]`);
    return choices.next() % 2 === 0 ? `{${members.join(",")}}` : `{ ${members.join(" ,\n")} }`;
  }
  if (typeof value === "string" && int64Fields.test(key)) return choices.next() % 2 === 0 ? value : `"${value}"`;
  if (typeof value === "number" && !Number.isFinite(value)) return `"${value}"`;
  if (Object.is(value, -0)) return "-0";
  const text = JSON.stringify(value);
  return typeof value === "string" && choices.next() % 4 === 0 ? escaped(value) : text;
}

function writeBytes(value: Uint8Array, key: string, choices: JsonChoices): string {
  const bytes = Buffer.from(value);
  if (!hexFields.has(key)) return bytes.toString(choices.next() % 2 === 0 ? "base64" : "base64url");
  const hex = bytes.toString("hex");
  return choices.next() % 2 === 0 ? hex : hex.toUpperCase();
}

function escaped(text: string): string {
  return `"${[...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")}"`;
}
