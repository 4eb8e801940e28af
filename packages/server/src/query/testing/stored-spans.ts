import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../model/clock.ts";
import { openEmbeddedStore } from "../../store/embedded/store.ts";
import { migrate } from "../../store/migrate.ts";
import type { Store } from "../../store/store.ts";

/** A store in a temporary folder, with the schema made. */
export async function openTemporaryStore(): Promise<{ store: Store; remove: () => Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), "sightglass-query-"));
  const store = await openEmbeddedStore({ dataDir });
  await migrate(store, { clock: systemClock });
  const remove = async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { store, remove };
}

/** What a test says of a span; the rest is empty. Details are typed JSON, as in the table. */
export interface SpanFixture {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  flags?: number;
  name: string;
  kind?: number;
  statusCode?: number;
  statusMessage?: string;
  service?: string;
  startNs: bigint;
  durationNs?: bigint;
  resource?: string;
  scope?: string;
  strings?: Record<string, string>;
  ints?: Record<string, bigint>;
  doubles?: Record<string, number>;
  bools?: Record<string, boolean>;
  others?: Record<string, string>;
  events?: { timeNs: bigint; name: string; details?: string }[];
  links?: { traceId: string; spanId: string; details?: string }[];
  droppedAttributes?: number;
  droppedEvents?: number;
  droppedLinks?: number;
  isPipeline?: boolean;
  receivedAtMs?: number;
}

/** Puts spans into the store, its views included, in one insert. */
export async function insertSpans(store: Store, spans: readonly SpanFixture[]): Promise<void> {
  const rows = spans.map((span) => JSON.stringify(rowOf(span), exactNumbers)).join("\n");
  const quoted = rows.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  await store.execute(`
    INSERT INTO spans (received_at, start_time, duration_ns, trace_id, span_id, parent_span_id, trace_state, flags, name,
      kind, status_code, status_message, service, resource, scope, attributes_string, attributes_int, attributes_double,
      attributes_bool, attributes_other, event_times, event_names, event_attributes, link_trace_ids, link_span_ids,
      link_attributes, dropped_attributes, dropped_events, dropped_links, is_pipeline)
    SELECT fromUnixTimestamp64Milli(received, 'UTC'), fromUnixTimestamp64Nano(start, 'UTC'), duration,
      toFixedString(unhex(traceId), 16), toFixedString(unhex(spanId), 8), toFixedString(unhex(parent), 8), traceState,
      flags, name, kind, statusCode, statusMessage, service, resource, scope, strings, ints, doubles, bools, others,
      arrayMap(x -> fromUnixTimestamp64Nano(x, 'UTC'), eventTimes), eventNames, eventDetails,
      arrayMap(x -> toFixedString(unhex(x), 16), linkTraceIds), arrayMap(x -> toFixedString(unhex(x), 8), linkSpanIds),
      linkDetails, droppedAttributes, droppedEvents, droppedLinks, isPipeline
    FROM format(JSONEachRow, '${rowTypes}', '${quoted}')`);
}

const rowTypes = `received Int64, start Int64, duration Int64, traceId String, spanId String, parent String,
  traceState String, flags UInt32, name String, kind UInt8, statusCode UInt8, statusMessage String, service String,
  resource String, scope String, strings Map(String, String), ints Map(String, Int64), doubles Map(String, Float64),
  bools Map(String, Bool), others Map(String, String), eventTimes Array(Int64), eventNames Array(String),
  eventDetails Array(String), linkTraceIds Array(String), linkSpanIds Array(String), linkDetails Array(String),
  droppedAttributes UInt32, droppedEvents UInt32, droppedLinks UInt32, isPipeline Bool`;

const noDetails = '{"attributes":{},"droppedAttributesCount":0}';

function rowOf(span: SpanFixture): object {
  const { service = "" } = span;
  const { events = [], links = [] } = span;
  return {
    received: span.receivedAtMs ?? Number(span.startNs / 1_000_000n),
    start: span.startNs,
    duration: span.durationNs ?? 0n,
    traceId: span.traceId,
    spanId: span.spanId,
    parent: span.parentSpanId ?? "",
    traceState: span.traceState ?? "",
    flags: span.flags ?? 0,
    name: span.name,
    kind: span.kind ?? 1,
    statusCode: span.statusCode ?? 0,
    statusMessage: span.statusMessage ?? "",
    service,
    resource:
      span.resource ??
      `{"attributes":{"service.name":${JSON.stringify(service)}},"droppedAttributesCount":0,"schemaUrl":""}`,
    scope: span.scope ?? '{"name":"test","version":"1","attributes":{},"droppedAttributesCount":0,"schemaUrl":""}',
    strings: span.strings ?? {},
    ints: span.ints ?? {},
    doubles: span.doubles ?? {},
    bools: span.bools ?? {},
    others: span.others ?? {},
    eventTimes: events.map((event) => event.timeNs),
    eventNames: events.map((event) => event.name),
    eventDetails: events.map((event) => event.details ?? noDetails),
    linkTraceIds: links.map((link) => link.traceId),
    linkSpanIds: links.map((link) => link.spanId),
    linkDetails: links.map((link) => link.details ?? noDetails),
    droppedAttributes: span.droppedAttributes ?? 0,
    droppedEvents: span.droppedEvents ?? 0,
    droppedLinks: span.droppedLinks ?? 0,
    isPipeline: span.isPipeline ?? false,
  };
}

/** 64-bit integers as text, which the engine reads as numbers; doubles that JSON cannot hold as its words. */
function exactNumbers(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value))
    return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  return value;
}
