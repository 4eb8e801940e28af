import type { KeyValue } from "../any-value.ts";
import { parseDetails, parseTypedJson, type TypedJsonDetails } from "../typed-json.ts";
import type {
  SourceAttribute,
  SourceResource,
  SourceScope,
  SourceSpan,
  SourceLog,
  SourceValue,
} from "./otlp-source.ts";

/** Attribute maps as keys and values, since JSON objects would lose repeated keys. */
const attributesSql = ["string", "int", "double", "bool", "other"]
  .map((type) => `mapKeys(attributes_${type}) AS ${type}Keys, mapValues(attributes_${type}) AS ${type}Values`)
  .join(", ");

export const storedSpanSql = `SELECT received_at, toString(toUnixTimestamp64Nano(start_time)) AS start,
  toString(duration_ns) AS duration, hex(trace_id) AS traceId, hex(span_id) AS spanId, hex(parent_span_id) AS parentSpanId,
  trace_state, flags, name, kind, status_code, status_message, service, resource, scope, ${attributesSql},
  arrayMap(x -> toString(toUnixTimestamp64Nano(x)), event_times) AS eventTimes, event_names, event_attributes,
  arrayMap(x -> hex(x), link_trace_ids) AS linkTraceIds, arrayMap(x -> hex(x), link_span_ids) AS linkSpanIds, link_attributes,
  dropped_attributes, dropped_events, dropped_links, is_pipeline FROM spans ORDER BY span_id`;

export const storedLogSql = `SELECT received_at, toString(toUnixTimestamp64Nano(time)) AS at,
  toString(toUnixTimestamp64Nano(observed_time)) AS observed, hex(trace_id) AS traceId, hex(span_id) AS spanId, flags,
  severity_number, severity_text, event_name, service, resource, scope, body, body_is_json, ${attributesSql},
  dropped_attributes, is_pipeline FROM logs ORDER BY flags`;

export interface StoredAttributes {
  stringKeys: string[];
  stringValues: string[];
  intKeys: string[];
  intValues: string[];
  doubleKeys: string[];
  doubleValues: (number | string)[];
  boolKeys: string[];
  boolValues: boolean[];
  otherKeys: string[];
  otherValues: string[];
}

/** The attributes of a stored row, by type: what the source must give too. */
export function readAttributes(row: StoredAttributes): KeyValue[] {
  const pairs = <Value>(keys: string[], values: Value[], read: (value: Value) => KeyValue["value"]) =>
    keys.map((key, index) => ({ key, value: read(values[index] as Value) }));
  return [
    ...pairs(row.stringKeys, row.stringValues, (stringValue) => ({ stringValue })),
    ...pairs(row.intKeys, row.intValues, (intValue) => ({ intValue })),
    ...pairs(row.doubleKeys, row.doubleValues, (value) => ({ doubleValue: plainDouble(value) })),
    ...pairs(row.boolKeys, row.boolValues, (boolValue) => ({ boolValue })),
    ...pairs(row.otherKeys, row.otherValues, parseTypedJson),
  ];
}

/** The engine writes `nan`, `-inf` in quotes. */
function plainDouble(value: number | string): number | "NaN" | "Infinity" | "-Infinity" {
  if (typeof value === "number") return value;
  if (value === "nan" || value === "-nan") return "NaN";
  return value === "inf" ? "Infinity" : "-Infinity";
}

/** The value as the reader gives it. */
export function expectedValue(value: SourceValue): KeyValue["value"] {
  const members = value as Record<string, unknown>;
  if ("bytesValue" in members)
    return { bytesValue: Buffer.from(members["bytesValue"] as Uint8Array).toString("base64") };
  if ("doubleValue" in members) {
    const number = members["doubleValue"] as number;
    return { doubleValue: Number.isFinite(number) ? number : (String(number) as "NaN") };
  }
  if ("arrayValue" in members) {
    const { values } = members["arrayValue"] as { values: SourceValue[] };
    return { arrayValue: { values: values.map(expectedValue) } };
  }
  if ("kvlistValue" in members) {
    return { kvlistValue: { values: expectedList((members["kvlistValue"] as { values: SourceAttribute[] }).values) } };
  }
  return value as KeyValue["value"];
}

export function expectedList(list: readonly SourceAttribute[]): KeyValue[] {
  return list.map(({ key, value }) => ({ key, value: expectedValue(value) }));
}

const typeOrder = ["stringValue", "intValue", "doubleValue", "boolValue"];

/** The same, in the order of the five maps. */
export function expectedAttributes(list: readonly SourceAttribute[]): KeyValue[] {
  const place = ({ value }: KeyValue) => {
    const index = typeOrder.findIndex((type) => type in value);
    return index === -1 ? typeOrder.length : index;
  };
  return expectedList(list).sort((a, b) => place(a) - place(b));
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex").toUpperCase();
const paddedHex = (bytes: Uint8Array, width: number) => hex(bytes).padEnd(width * 2, "0");

function expectedService({ attributes }: SourceResource): string {
  const names = attributes.flatMap(({ key, value }) =>
    key === "service.name" && "stringValue" in value ? [value["stringValue"]] : [],
  );
  return names.findLast((name) => name !== "") ?? "unknown_service";
}

function details(fields: Partial<Omit<TypedJsonDetails, "attributes">> & { attributes: SourceAttribute[] }) {
  const none = { droppedAttributesCount: 0, schemaUrl: "", name: "", version: "", traceState: "", flags: 0 };
  return { ...none, ...fields, attributes: expectedList(fields.attributes) };
}

export interface Envelope {
  resource: SourceResource;
  resourceSchemaUrl: string;
  scope: SourceScope;
  scopeSchemaUrl: string;
}

function expectedEnvelope({ resource, resourceSchemaUrl, scope, scopeSchemaUrl }: Envelope) {
  return {
    service: expectedService(resource),
    resource: details({ ...resource, schemaUrl: resourceSchemaUrl }),
    scope: details({ ...scope, schemaUrl: scopeSchemaUrl }),
  };
}

/** What a stored span must read back as. */
export function expectedSpan(span: SourceSpan, envelope: Envelope) {
  const duration =
    span.endTimeUnixNano === "0"
      ? 0n
      : BigInt.asIntN(64, BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano));
  return {
    start: span.startTimeUnixNano,
    duration: String(duration),
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: paddedHex(span.parentSpanId, 8),
    trace_state: span.traceState,
    flags: span.flags,
    name: span.name,
    kind: span.kind,
    status_code: span.status.code,
    status_message: span.status.message,
    ...expectedEnvelope(envelope),
    attributes: expectedAttributes(span.attributes),
    eventTimes: span.events.map(({ timeUnixNano }) => timeUnixNano),
    event_names: span.events.map(({ name }) => name),
    events: span.events.map(({ attributes, droppedAttributesCount }) =>
      details({ attributes, droppedAttributesCount }),
    ),
    linkTraceIds: span.links.map(({ traceId }) => hex(traceId)),
    linkSpanIds: span.links.map(({ spanId }) => hex(spanId)),
    links: span.links.map(({ traceState, flags, attributes, droppedAttributesCount }) =>
      details({ traceState, flags, attributes, droppedAttributesCount }),
    ),
    dropped_attributes: span.droppedAttributesCount,
    dropped_events: span.droppedEventsCount,
    dropped_links: span.droppedLinksCount,
  };
}

export type StoredRow = StoredAttributes & Record<string, unknown>;

/** A row of storedSpanSql in the shape of `expectedSpan`. */
export function readSpan(row: StoredRow) {
  const { received_at: _received, is_pipeline: _isPipeline, ...rest } = readCommon(row);
  const { event_attributes: events, link_attributes: links, ...fields } = rest as Record<string, unknown>;
  return {
    ...fields,
    events: (events as string[]).map(parseDetails),
    links: (links as string[]).map(parseDetails),
  };
}

function readCommon(row: StoredRow): Record<string, unknown> {
  const fields = Object.entries(row).filter(([name]) => !/^(string|int|double|bool|other)(Keys|Values)$/.test(name));
  return {
    ...Object.fromEntries(fields),
    resource: parseDetails(row["resource"] as string),
    scope: parseDetails(row["scope"] as string),
    attributes: readAttributes(row),
  };
}

/** What a stored record must read back as; times that are 0 fall back to `receivedAtNs`. */
export function expectedLog(log: SourceLog, envelope: Envelope, receivedAtNs: string) {
  const observed = log.observedTimeUnixNano === "0" ? receivedAtNs : log.observedTimeUnixNano;
  return {
    at: log.timeUnixNano === "0" ? observed : log.timeUnixNano,
    observed,
    traceId: paddedHex(log.traceId, 16),
    spanId: paddedHex(log.spanId, 8),
    flags: log.flags,
    severity_number: log.severityNumber,
    severity_text: log.severityText,
    event_name: log.eventName,
    ...expectedEnvelope(envelope),
    body: "stringValue" in log.body || Object.keys(log.body).length > 0 ? expectedValue(log.body) : { stringValue: "" },
    attributes: expectedAttributes(log.attributes),
    dropped_attributes: log.droppedAttributesCount,
    is_pipeline: log.eventName.startsWith("pipeline."),
  };
}

/** A row of storedLogSql in the shape of `expectedLog`. */
export function readLog(row: StoredRow) {
  const { received_at: _received, body_is_json: isJson, body, ...rest } = readCommon(row);
  return { ...rest, body: isJson === true ? parseTypedJson(body as string) : { stringValue: body as string } };
}
