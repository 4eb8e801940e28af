import { traceIdSet } from "../store/id-sets.ts";
import type { Store } from "../store/store.ts";
import { filterSql } from "./search-filter-sql.ts";
import type { SpanFilter } from "./search-filter.ts";
import { SqlParams } from "./search-params.ts";
import { matchResources } from "./search-resources.ts";
import type { TraceExtent } from "./search-traces.ts";
import { readSpan, spanColumnsSql, type SpanRow, type StoredSpan } from "./trace-span.ts";
import { inTimeRangeSql } from "./trace-window.ts";

/** By trace id: the first spans of each that meet a filter. */
export type MatchedSpans = Map<string, StoredSpan[]>;

/** The spans for which traces were found, in full, at most `spansPerTrace` of each, by start. */
export async function readMatchedSpans(
  store: Store,
  traces: readonly TraceExtent[],
  wanted: { filter: SpanFilter; spansPerTrace: number; signal?: AbortSignal },
): Promise<MatchedSpans> {
  const matched: MatchedSpans = new Map();
  if (traces.length === 0 || wanted.spansPerTrace === 0) return matched;
  const startNs = traces.map((trace) => trace.startNs).reduce((a, b) => (a < b ? a : b));
  const endNs = traces.map((trace) => trace.startNs + trace.durationNs).reduce((a, b) => (a > b ? a : b));
  const signal = wanted.signal === undefined ? {} : { signal: wanted.signal };
  const params = new SqlParams();
  const windowSql = inTimeRangeSql({ fromNs: "startNs", toNs: "endNs" });
  const resourceMatch = await matchResources(store, wanted.filter, { startNs, endNs, ...signal });
  const rows = await store.query<SpanRow>(
    `SELECT ${spanColumnsSql}
     FROM spans
     WHERE trace_id IN ${traceIdSet("traceIds")}
       AND ${windowSql} AND ${filterSql(wanted.filter, { params, windowSql, resourceMatch })}
     ORDER BY start_time, span_id
     LIMIT {spansPerTrace:UInt32} BY trace_id`,
    {
      ...signal,
      params: {
        ...params.values,
        traceIds: traces.map((trace) => trace.traceId),
        startNs: startNs.toString(),
        endNs: endNs.toString(),
        spansPerTrace: wanted.spansPerTrace,
      },
    },
  );
  for (const row of rows) {
    const known = matched.get(row.traceId);
    if (known === undefined) matched.set(row.traceId, [readSpan(row)]);
    else known.push(readSpan(row));
  }
  return matched;
}
