import { parseTypedJson } from "../decode/typed-json.ts";
import type { AnyValue, KeyValue } from "../http/contract.ts";
import { readTraceDetails } from "./trace-details.ts";

/** A span as it is stored, its parts read: what every trace API makes its own shape of. */
export interface StoredSpan {
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  traceState: string;
  flags: number;
  name: string;
  /** SpanKind of the OTLP protocol: 0 unspecified to 5 consumer. */
  kind: number;
  /** StatusCode of the OTLP protocol: 0 unset, 1 ok, 2 error. */
  statusCode: number;
  statusMessage: string;
  service: string;
  /** Nanoseconds since the Unix epoch, decimal. */
  startNs: string;
  /** Nanoseconds, decimal. */
  durationNs: string;
  /** Typed JSON: equal text means the same resource; see readResource. */
  resource: string;
  scope: string;
  /** Sorted by key. */
  attributes: KeyValue[];
  events: SpanEvent[];
  links: SpanLink[];
  droppedAttributesCount: number;
  droppedEventsCount: number;
  droppedLinksCount: number;
}

export interface SpanEvent {
  timeNs: string;
  name: string;
  attributes: KeyValue[];
  droppedAttributesCount: number;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  traceState: string;
  flags: number;
  attributes: KeyValue[];
  droppedAttributesCount: number;
}

/** Columns of `spans` as rows of this shape. 64-bit numbers and ids travel as text, maps as keys and values. */
export const spanColumnsSql = `lower(hex(trace_id)) AS traceId, lower(hex(span_id)) AS spanId,
    lower(hex(parent_span_id)) AS parentSpanId, trace_state AS traceState, flags, name, kind,
    status_code AS statusCode, status_message AS statusMessage, service,
    toString(toUnixTimestamp64Nano(start_time)) AS startNs, toString(duration_ns) AS durationNs, resource, scope,
    mapKeys(attributes_string) AS stringKeys, mapValues(attributes_string) AS strings,
    mapKeys(attributes_int) AS intKeys, arrayMap(x -> toString(x), mapValues(attributes_int)) AS ints,
    mapKeys(attributes_double) AS doubleKeys, arrayMap(x -> toString(x), mapValues(attributes_double)) AS doubles,
    mapKeys(attributes_bool) AS boolKeys, mapValues(attributes_bool) AS bools,
    mapKeys(attributes_other) AS otherKeys, mapValues(attributes_other) AS others,
    arrayMap(x -> toString(toUnixTimestamp64Nano(x)), event_times) AS eventTimes,
    event_names AS eventNames, event_attributes AS eventDetails,
    arrayMap(x -> lower(hex(x)), link_trace_ids) AS linkTraceIds,
    arrayMap(x -> lower(hex(x)), link_span_ids) AS linkSpanIds, link_attributes AS linkDetails,
    dropped_attributes AS droppedAttributesCount, dropped_events AS droppedEventsCount,
    dropped_links AS droppedLinksCount`;

export interface SpanRow extends Omit<StoredSpan, "attributes" | "events" | "links"> {
  stringKeys: string[];
  strings: string[];
  intKeys: string[];
  ints: string[];
  doubleKeys: string[];
  doubles: string[];
  boolKeys: string[];
  bools: boolean[];
  otherKeys: string[];
  others: string[];
  eventTimes: string[];
  eventNames: string[];
  eventDetails: string[];
  linkTraceIds: string[];
  linkSpanIds: string[];
  linkDetails: string[];
}

const noParent = "0".repeat(16);

export function readSpan(row: SpanRow): StoredSpan {
  return {
    traceId: row.traceId,
    spanId: row.spanId,
    parentSpanId: row.parentSpanId === noParent ? "" : row.parentSpanId,
    traceState: row.traceState,
    flags: row.flags,
    name: row.name,
    kind: row.kind,
    statusCode: row.statusCode,
    statusMessage: row.statusMessage,
    service: row.service,
    startNs: row.startNs,
    durationNs: row.durationNs,
    resource: row.resource,
    scope: row.scope,
    attributes: readAttributes(row),
    events: row.eventTimes.map((timeNs, index) => ({
      timeNs,
      name: row.eventNames[index] ?? "",
      ...readDetails(row.eventDetails[index]),
    })),
    links: row.linkTraceIds.map((traceId, index) => readLink(traceId, row.linkSpanIds[index], row.linkDetails[index])),
    droppedAttributesCount: row.droppedAttributesCount,
    droppedEventsCount: row.droppedEventsCount,
    droppedLinksCount: row.droppedLinksCount,
  };
}

function readAttributes(row: SpanRow): KeyValue[] {
  const attributes: KeyValue[] = [];
  collect(attributes, row.stringKeys, row.strings, (stringValue) => ({ stringValue }));
  collect(attributes, row.intKeys, row.ints, (intValue) => ({ intValue }));
  collect(attributes, row.doubleKeys, row.doubles, (text) => ({ doubleValue: readDouble(text) }));
  collect(attributes, row.boolKeys, row.bools, (boolValue) => ({ boolValue }));
  collect(attributes, row.otherKeys, row.others, parseTypedJson);
  // The order across types is not kept in the store; by key it is the same each time.
  return attributes.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function collect<Value>(into: KeyValue[], keys: string[], values: Value[], read: (value: Value) => AnyValue): void {
  for (let index = 0; index < keys.length; index++)
    into.push({ key: keys[index] as string, value: read(values[index] as Value) });
}

/** The engine's text of a Float64, in the form OTLP/JSON has for it. */
function readDouble(text: string): number | "NaN" | "Infinity" | "-Infinity" {
  if (text === "nan") return "NaN";
  if (text === "inf") return "Infinity";
  if (text === "-inf") return "-Infinity";
  return Number(text);
}

function readLink(traceId: string, spanId = "", text: string | undefined): SpanLink {
  const { traceState, flags, attributes, droppedAttributesCount } = readTraceDetails(text);
  return { traceId, spanId, traceState, flags, attributes, droppedAttributesCount };
}

export interface Resource {
  attributes: KeyValue[];
  droppedAttributesCount: number;
  schemaUrl: string;
}

export interface Scope extends Resource {
  name: string;
  version: string;
}

/** The column `resource`. */
export function readResource(text: string): Resource {
  const { attributes, droppedAttributesCount, schemaUrl } = readTraceDetails(text);
  return { attributes, droppedAttributesCount, schemaUrl };
}

/** The column `scope`. */
export function readScope(text: string): Scope {
  const { name, version, attributes, droppedAttributesCount, schemaUrl } = readTraceDetails(text);
  return { name, version, attributes, droppedAttributesCount, schemaUrl };
}

function readDetails(text: string | undefined): { attributes: KeyValue[]; droppedAttributesCount: number } {
  const { attributes, droppedAttributesCount } = readTraceDetails(text);
  return { attributes, droppedAttributesCount };
}
