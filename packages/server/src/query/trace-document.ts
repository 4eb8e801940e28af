import type {
  SpanDetail,
  SpanKind,
  SpanResponse,
  SpanStatus,
  SpanSummary,
  TraceResource,
  TraceScope,
} from "../http/contract.ts";
import type { Store } from "../store/store.ts";
import { TraceDictionary } from "./trace-dictionary.ts";
import { findRunsOfTraces } from "./trace-runs.ts";
import { readResource, readScope, readSpan, spanColumnsSql, type SpanRow, type StoredSpan } from "./trace-span.ts";
import { readTracePages, type TracePage } from "./trace-spans.ts";
import { findTraceWindow, inTraceWindowSql, traceWindowParams, type TraceWindow } from "./trace-window.ts";
import { isoOfNs } from "./trace-time.ts";

export interface TraceDocumentOptions {
  /** `summary` leaves attributes, events and links out: a tenth of the size. */
  fields: "all" | "summary";
  signal?: AbortSignal;
}

/**
 * A trace as one JSON document (contract TraceResponse) in pieces of text, of constant memory for any number of spans.
 * The members come in an order that can be streamed: what is known at once, the spans, and then the resources and scopes
 * that those spans were seen to use.
 * @returns null when no span of the trace is stored
 */
export async function openTraceDocument(
  store: Store,
  traceId: string,
  options: TraceDocumentOptions,
): Promise<AsyncGenerator<string> | null> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const window = await findTraceWindow(store, traceId, signal);
  if (window === null) return null;
  const isSummary = options.fields === "summary";
  const pages: Pages = readTracePages<SummaryRow | SpanRow>(store, window, {
    columns: isSummary ? summaryColumnsSql : spanColumnsSql,
    ...(isSummary ? { pageSpans: summaryPageSpans } : {}),
    ...signal,
  });
  const [first, runs] = await Promise.all([pages.next(), findRunsOfTraces(store, [traceId], signal)]);
  // The index of traces outlives spans that retention took a moment ago.
  if (first.done === true) return null;
  const extent = first.value.isLast ? extentOf(first.value.rows) : await readExtent(store, window, signal);
  const head = {
    traceId,
    startedAt: isoOfNs(extent.startNs),
    durationNs: (BigInt(extent.endNs) - BigInt(extent.startNs)).toString(),
    spanCount: extent.spanCount,
    runId: runs.get(traceId) ?? null,
  };
  return writeDocument(head, first.value, pages, isSummary);
}

type Pages = AsyncGenerator<TracePage<SummaryRow | SpanRow>>;

async function* writeDocument(
  head: object,
  first: TracePage<SummaryRow | SpanRow>,
  rest: Pages,
  isSummary: boolean,
): AsyncGenerator<string> {
  const resources = new TraceDictionary();
  const scopes = new TraceDictionary();
  let separator = "";
  const textOf = (rows: readonly (SummaryRow | SpanRow)[]): string => {
    let text = "";
    for (const row of rows) {
      const indexes = { resource: resources.indexOf(row.resource), scope: scopes.indexOf(row.scope) };
      const span = isSummary ? summaryOf(row as SummaryRow, indexes) : spanDetail(readSpan(row as SpanRow), indexes);
      text += separator + JSON.stringify(span);
      separator = ",\n";
    }
    return text;
  };
  yield `${JSON.stringify(head).slice(0, -1)},"spans":[`;
  yield textOf(first.rows);
  for await (const { rows } of rest) yield textOf(rows);
  const dictionaries = {
    resources: resources.texts.map((text): TraceResource => readResource(text)),
    scopes: scopes.texts.map((text): TraceScope => readScope(text)),
  };
  yield `],${JSON.stringify(dictionaries).slice(1)}`;
}

interface Extent {
  startNs: string | bigint;
  endNs: string | bigint;
  spanCount: number;
}

/** Of a trace whose spans are all here. */
function extentOf(rows: readonly Pick<SummaryRow, "startNs" | "durationNs">[]): Extent {
  const starts = rows.map((row) => BigInt(row.startNs));
  const ends = rows.map((row) => BigInt(row.startNs) + BigInt(row.durationNs));
  return {
    startNs: starts.reduce((a, b) => (a < b ? a : b)),
    endNs: [...starts, ...ends].reduce((a, b) => (a > b ? a : b)),
    spanCount: rows.length,
  };
}

/** Counted over the spans themselves: a span sent twice is one here, as it is in the list. */
async function readExtent(store: Store, window: TraceWindow, signal: { signal?: AbortSignal }): Promise<Extent> {
  const sql = `
    SELECT toString(toUnixTimestamp64Nano(min(s.start_time))) AS startNs,
           toString(max(toUnixTimestamp64Nano(s.start_time) + greatest(duration_ns, 0))) AS endNs,
           toUInt32(uniqExact(s.start_time, span_id)) AS spanCount
    FROM spans AS s
    WHERE ${inTraceWindowSql}`;
  const [row] = await store.query<Extent>(sql, { ...signal, params: traceWindowParams(window) });
  return row ?? { startNs: "0", endNs: "0", spanCount: 0 };
}

/** One span in full, or null. */
export async function findSpan(
  store: Store,
  ids: { traceId: string; spanId: string },
  options: { signal?: AbortSignal } = {},
): Promise<SpanResponse | null> {
  const window = await findTraceWindow(store, ids.traceId, options);
  if (window === null) return null;
  const sql = `
    SELECT ${spanColumnsSql}
    FROM spans
    WHERE ${inTraceWindowSql} AND span_id = toFixedString(unhex({spanId:String}), 8)
    ORDER BY start_time
    LIMIT 1`;
  const params = { ...traceWindowParams(window), spanId: ids.spanId };
  const [row] = await store.query<SpanRow>(sql, { ...options, params });
  if (row === undefined) return null;
  return {
    ...spanDetail(readSpan(row), { resource: 0, scope: 0 }),
    resources: [readResource(row.resource)],
    scopes: [readScope(row.scope)],
  };
}

interface SummaryRow {
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  service: string;
  startNs: string;
  durationNs: string;
  statusCode: number;
  resource: string;
  scope: string;
  eventCount: number;
  linkCount: number;
  stage: string;
}

/** Summaries are small: fewer, larger pages. */
const summaryPageSpans = 8192;

const summaryColumnsSql = `lower(hex(span_id)) AS spanId,
    if(parent_span_id = toFixedString('', 8), '', lower(hex(parent_span_id))) AS parentSpanId, name, kind, service,
    toString(toUnixTimestamp64Nano(start_time)) AS startNs, toString(duration_ns) AS durationNs,
    status_code AS statusCode, resource, scope, toUInt32(length(event_names)) AS eventCount,
    toUInt32(length(link_span_ids)) AS linkCount, attributes_string['pipeline.stage'] AS stage`;

const kinds: readonly SpanKind[] = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const statuses: readonly SpanStatus[] = ["unset", "ok", "error"];

type Indexes = Pick<SpanSummary, "resource" | "scope">;

function summaryOf(row: SummaryRow, indexes: Indexes): SpanSummary {
  return {
    spanId: row.spanId,
    parentSpanId: row.parentSpanId,
    name: row.name,
    kind: kinds[row.kind] ?? "unspecified",
    service: row.service,
    startTimeUnixNano: row.startNs,
    durationNs: Number(row.durationNs),
    status: statuses[row.statusCode] ?? "unset",
    ...indexes,
    eventCount: row.eventCount,
    linkCount: row.linkCount,
    stage: row.stage === "" ? null : row.stage,
  };
}

function spanDetail(span: StoredSpan, indexes: Indexes): SpanDetail {
  const stage = span.attributes.find(({ key }) => key === "pipeline.stage")?.value;
  const summary: SummaryRow = {
    ...span,
    eventCount: span.events.length,
    linkCount: span.links.length,
    stage: stage !== undefined && "stringValue" in stage ? stage.stringValue : "",
  };
  return {
    ...summaryOf(summary, indexes),
    traceState: span.traceState,
    flags: span.flags,
    statusMessage: span.statusMessage,
    attributes: span.attributes,
    events: span.events.map(({ timeNs, ...event }) => ({ timeUnixNano: timeNs, ...event })),
    links: span.links,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}
