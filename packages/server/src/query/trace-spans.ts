import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import { inTimeRangeSql, inTraceWindowSql, timeSql, traceWindowParams, type TraceWindow } from "./trace-window.ts";

export interface TracePageOptions {
  /** The SELECT list; must give `startNs` and `spanId` (trace-span.ts). */
  columns: string;
  /** Spans at a time: the memory of a trace of any size. */
  pageSpans?: number;
  signal?: AbortSignal;
}

export interface TracePage<Row> {
  rows: Row[];
  /** No page comes after it. */
  isLast: boolean;
}

/**
 * The spans of a trace by (start, span id), a page at a time, none of them empty. Each page is a query of its own that starts
 * after the last span of the one before, so nothing stays open in the engine however slowly the client reads.
 *
 * A span that a client sent twice (an OTLP retry whose first acknowledgement was lost) is given once.
 * @throws SightglassError query_too_large above limits.traceSpansMax
 */
export async function* readTracePages<Row extends { startNs: string; spanId: string }>(
  store: Store,
  window: TraceWindow,
  options: TracePageOptions,
): AsyncGenerator<TracePage<Row>> {
  const pageSpans = options.pageSpans ?? limits.tracePageSpans.value;
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  let after: Row | undefined;
  let spans = 0;
  for (;;) {
    const place = after === undefined ? {} : { afterNs: after.startNs, afterId: after.spanId };
    const params = { ...traceWindowParams(window), ...place, pageSpans };
    const rows = await store.query<Row>(pageSql(options.columns, after !== undefined), { ...signal, params });
    const last = rows.at(-1);
    if (last === undefined) return;
    const page = rows.filter((row, index) => !isSameSpan(row, rows[index - 1]));
    spans += page.length;
    if (spans > limits.traceSpansMax.value)
      throw new SightglassError("query_too_large", `the trace has more than ${limits.traceSpansMax.value} spans`, {
        hint: "search for the spans that matter instead",
      });
    const isLast = rows.length < pageSpans;
    yield { rows: page, isLast };
    if (isLast) return;
    after = last;
  }
}

function isSameSpan(
  row: { startNs: string; spanId: string },
  before: { startNs: string; spanId: string } | undefined,
): boolean {
  return before !== undefined && row.spanId === before.spanId && row.startNs === before.startNs;
}

/**
 * In the order of the table, so that the engine stops reading once a page is full. The first page, of most traces the only one,
 * goes without the conditions of the later ones: to plan with them takes more than twice the processor time.
 */
function pageSql(columns: string, isAfterAnother: boolean): string {
  const after = `
    AND ${inTimeRangeSql({ fromNs: "afterNs", toNs: "endNs" })}
    AND (start_time > ${timeSql("afterNs")} OR span_id > toFixedString(unhex({afterId:String}), 8))`;
  return `
  SELECT ${columns}
  FROM spans
  WHERE ${inTraceWindowSql}${isAfterAnother ? after : ""}
  ORDER BY toStartOfHour(start_time), trace_id, start_time, span_id
  LIMIT {pageSpans:UInt32}`;
}
