import { traceIdSet } from "../store/id-sets.ts";
import type { Store } from "../store/store.ts";
import { readSpan, spanColumnsSql, type SpanRow, type StoredSpan } from "./trace-span.ts";
import { readTracePages, type TracePage } from "./trace-spans.ts";
import { findTraceWindow, inTimeRangeSql, inTraceWindowSql, traceWindowParams } from "./trace-window.ts";

/** One trace, its spans a page at a time. */
export interface OpenTrace {
  traceId: string;
  pages: AsyncIterable<StoredSpan[]> | Iterable<StoredSpan[]>;
  /** Parents that spans name but that are not stored: ids of spans that are late, lost or sampled away. */
  missingParents: ReadonlySet<string>;
}

interface ReadOptions {
  signal?: AbortSignal;
}

/** A trace of any size by its id, or null when none of its spans is stored. */
export async function openTrace(store: Store, traceId: string, options: ReadOptions = {}): Promise<OpenTrace | null> {
  const window = await findTraceWindow(store, traceId, options);
  if (window === null) return null;
  const pages = readTracePages<SpanRow>(store, window, { columns: spanColumnsSql, ...options });
  const first = await pages.next();
  if (first.done === true) return null;
  const params = traceWindowParams(window);
  const missing = await store.query<{ id: string }>(missingParentsSql, { ...options, params });
  return { traceId, pages: readAll(first.value, pages), missingParents: new Set(missing.map(({ id }) => id)) };
}

async function* readAll(
  first: TracePage<SpanRow>,
  rest: AsyncGenerator<TracePage<SpanRow>>,
): AsyncGenerator<StoredSpan[]> {
  yield first.rows.map(readSpan);
  for await (const { rows } of rest) yield rows.map(readSpan);
}

const missingParentsSql = `
  SELECT DISTINCT lower(hex(parent_span_id)) AS id
  FROM spans
  WHERE ${inTraceWindowSql} AND parent_span_id != toFixedString('', 8)
    AND parent_span_id GLOBAL NOT IN (SELECT span_id FROM spans WHERE ${inTraceWindowSql})`;

export interface TracePlace {
  traceId: string;
  startNs: bigint;
  durationNs: bigint;
  spanCount: number;
}

/** Spans that are read in one query when several traces are. */
const batchSpans = 2000;

/** Several traces in the order given; small ones share a query. */
export async function* openTraces(
  store: Store,
  places: readonly TracePlace[],
  options: ReadOptions = {},
): AsyncGenerator<OpenTrace> {
  for (const batch of batchesOf(places)) {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      const trace = await openTrace(store, only.traceId, options);
      if (trace !== null) yield trace;
      continue;
    }
    const spans = await readBatch(store, batch, options);
    for (const { traceId } of batch) {
      const own = spans.get(traceId);
      if (own === undefined) continue;
      const ids = new Set(own.map((span) => span.spanId));
      const missing = own.map((span) => span.parentSpanId).filter((parent) => parent !== "" && !ids.has(parent));
      yield { traceId, pages: [own], missingParents: new Set(missing) };
    }
  }
}

function* batchesOf(places: readonly TracePlace[]): Generator<TracePlace[]> {
  let batch: TracePlace[] = [];
  let spans = 0;
  for (const place of places) {
    if (batch.length > 0 && spans + place.spanCount > batchSpans) {
      yield batch;
      batch = [];
      spans = 0;
    }
    batch.push(place);
    spans += place.spanCount;
  }
  if (batch.length > 0) yield batch;
}

async function readBatch(
  store: Store,
  batch: readonly TracePlace[],
  options: ReadOptions,
): Promise<Map<string, StoredSpan[]>> {
  const startNs = batch.map((place) => place.startNs).reduce((a, b) => (a < b ? a : b));
  const endNs = batch.map((place) => place.startNs + place.durationNs).reduce((a, b) => (a > b ? a : b));
  const rows = await store.query<SpanRow>(
    `SELECT ${spanColumnsSql}
     FROM spans
     WHERE trace_id IN ${traceIdSet("traceIds")}
       AND ${inTimeRangeSql({ fromNs: "startNs", toNs: "endNs" })}
     ORDER BY start_time, span_id
     LIMIT 1 BY trace_id, start_time, span_id`,
    {
      ...options,
      params: {
        traceIds: batch.map((place) => place.traceId),
        startNs: startNs.toString(),
        endNs: endNs.toString(),
      },
    },
  );
  const spans = new Map<string, StoredSpan[]>();
  for (const row of rows) {
    const known = spans.get(row.traceId);
    if (known === undefined) spans.set(row.traceId, [readSpan(row)]);
    else known.push(readSpan(row));
  }
  return spans;
}
