import type { TraceSummary } from "../http/contract.ts";
import { limits } from "../model/limits.ts";
import { traceIdSet } from "../store/id-sets.ts";
import type { Store } from "../store/store.ts";
import { decodeSearchCursor, encodeSearchCursor, type SearchPosition } from "./search-cursor.ts";
import { filterSql, type FilterSqlOptions } from "./search-filter-sql.ts";
import type { SpanFilter } from "./search-filter.ts";
import { SqlParams } from "./search-params.ts";
import { checkPatterns } from "./search-patterns.ts";
import { matchResources } from "./search-resources.ts";
import { windowStartNs } from "./search-windows.ts";
import { storedRange } from "./stored-time.ts";
import { findRunsOfTraces } from "./trace-runs.ts";
import { isoOfNs } from "./trace-time.ts";
import { inTimeRangeSql, timeSql } from "./trace-window.ts";

export interface TraceSearch {
  filter: SpanFilter;
  /** What must hold for the whole trace. */
  trace?: (trace: TraceExtent) => boolean;
  /** Start times of the spans that are looked at, nanoseconds since the epoch, both included. */
  startNs: bigint;
  endNs: bigint;
  limit: number;
  cursor?: string;
  signal?: AbortSignal;
}

/** What the index of traces knows of one. */
export interface TraceExtent {
  traceId: string;
  rootService: string;
  rootName: string;
  startNs: bigint;
  durationNs: bigint;
  spanCount: number;
  errorCount: number;
  services: string[];
}

export interface FoundTrace extends TraceExtent {
  matchedSpans: number;
}

/**
 * Traces with a span that meets the filter, newest first (by the start of the newest such span), and the cursor of the
 * next page. Windows of time are read backwards until the page is full.
 */
export async function searchTraces(
  store: Store,
  search: TraceSearch,
): Promise<{ traces: FoundTrace[]; next: string | null }> {
  const cursor = search.cursor === undefined ? undefined : decodeSearchCursor(search.cursor);
  const range = storedRange({ startNs: search.startNs, endNs: cursor?.endNs ?? search.endNs });
  const { endNs } = range;
  checkPatterns(search.filter);
  const signal = search.signal === undefined ? {} : { signal: search.signal };
  const resourceMatch = await matchResources(store, search.filter, { ...range, ...signal });
  const scan = new BackwardScan(store, { search, range, resourceMatch });
  const found: FoundTrace[] = [];
  let position: SearchPosition = cursor ?? { endNs, newestNs: endNs + 1n, traceId: "" };
  let step = 0;
  let topNs = cursor?.newestNs ?? endNs;
  while (topNs >= range.startNs) {
    const bottomNs = windowStartNs(topNs, step, range);
    const wanted = search.limit - found.length;
    // One more than wanted tells whether there is a next page; conditions on the trace may turn some away.
    const batch = Math.max(wanted + 1, search.trace === undefined ? 0 : traceBatch);
    const candidates = await scan.candidates({ startNs: bottomNs, endNs: topNs }, position, batch);
    for (const trace of await scan.verify(candidates)) {
      if (found.length === search.limit) return { traces: found, next: encodeSearchCursor(position) };
      found.push(trace);
      position = { endNs, newestNs: trace.newestNs, traceId: trace.traceId };
    }
    // Whether an older window holds one more is left to the next page: it may mean reading everything.
    if (found.length === search.limit) return { traces: found, next: encodeSearchCursor(position) };
    const last = candidates.at(-1);
    if (candidates.length === batch && last !== undefined) {
      position = { endNs, ...last };
      topNs = last.newestNs;
    } else {
      topNs = bottomNs - 1n;
      position = { endNs, newestNs: bottomNs, traceId: "" };
      step += 1;
    }
  }
  return { traces: found, next: null };
}

/** Candidates at a time where a condition on the trace may turn most of them away. */
const traceBatch = 500;

interface Candidate {
  traceId: string;
  newestNs: bigint;
}

interface ScanParts {
  search: TraceSearch;
  range: { startNs: bigint; endNs: bigint };
  resourceMatch: FilterSqlOptions["resourceMatch"];
}

class BackwardScan {
  readonly #store: Store;
  readonly #parts: ScanParts;
  readonly #seen = new Set<string>();

  constructor(store: Store, parts: ScanParts) {
    this.#store = store;
    this.#parts = parts;
  }

  /** Traces with a matching span in the window, after `position`, the newest first. */
  async candidates(
    window: { startNs: bigint; endNs: bigint },
    position: SearchPosition,
    limit: number,
  ): Promise<Candidate[]> {
    const { params, sql, options } = this.#filter();
    const rows = await this.#store.query<{ traceId: string; newestNs: string }>(
      `SELECT lower(hex(trace_id)) AS traceId, toString(toUnixTimestamp64Nano(max(start_time))) AS newestNs
       FROM spans
       WHERE ${options.windowSql} AND ${sql}
       GROUP BY trace_id
       HAVING max(start_time) < ${timeSql("newestNs")}
         OR (max(start_time) = ${timeSql("newestNs")} AND trace_id < toFixedString(unhex({afterTraceId:String}), 16))
       ORDER BY max(start_time) DESC, trace_id DESC
       LIMIT {candidates:UInt32}`,
      {
        ...this.#signal(),
        params: {
          ...params.values,
          windowStartNs: window.startNs.toString(),
          windowEndNs: window.endNs.toString(),
          newestNs: position.newestNs.toString(),
          afterTraceId: position.traceId,
          candidates: limit,
        },
      },
    );
    return rows.map(({ traceId, newestNs }) => ({ traceId, newestNs: BigInt(newestNs) }));
  }

  /**
   * Counts matching spans over the whole range, and leaves out the candidates that belong further up: those with a newer
   * matching span are on an earlier page.
   */
  async verify(candidates: readonly Candidate[]): Promise<(FoundTrace & { newestNs: bigint })[]> {
    const fresh = candidates.filter(({ traceId }) => !this.#seen.has(traceId));
    if (fresh.length === 0) return [];
    for (const { traceId } of fresh) this.#seen.add(traceId);
    const extents = await readTraceExtents(
      this.#store,
      fresh.map(({ traceId }) => traceId),
      this.#signal(),
    );
    const { trace: accepts = () => true } = this.#parts.search;
    const accepted = fresh.flatMap(({ traceId }) => {
      const extent = extents.get(traceId);
      return extent !== undefined && accepts(extent) ? [extent] : [];
    });
    const counts = await this.#count(accepted);
    const newest = new Map(fresh.map((candidate) => [candidate.traceId, candidate.newestNs]));
    return accepted.flatMap((extent) => {
      const count = counts.get(extent.traceId);
      if (count === undefined || count.newestNs !== newest.get(extent.traceId)) return [];
      return [{ ...extent, ...count }];
    });
  }

  async #count(extents: readonly TraceExtent[]): Promise<Map<string, { matchedSpans: number; newestNs: bigint }>> {
    if (extents.length === 0) return new Map();
    const { range } = this.#parts;
    const { params, sql, options } = this.#filter();
    const startsNs = extents.map((extent) => extent.startNs);
    const endsNs = extents.map((extent) => extent.startNs + extent.durationNs);
    const rows = await this.#store.query<{ traceId: string; matchedSpans: number; newestNs: string }>(
      `SELECT lower(hex(trace_id)) AS traceId, toUInt32(uniqExact(start_time, span_id)) AS matchedSpans,
         toString(toUnixTimestamp64Nano(max(start_time))) AS newestNs
       FROM spans
       WHERE trace_id IN ${traceIdSet("traceIds")}
         AND ${options.windowSql} AND ${sql}
       GROUP BY trace_id`,
      {
        ...this.#signal(),
        params: {
          ...params.values,
          traceIds: extents.map((extent) => extent.traceId),
          windowStartNs: largest(range.startNs, smallestOf(startsNs)).toString(),
          windowEndNs: smallest(range.endNs, largestOf(endsNs)).toString(),
        },
      },
    );
    return new Map(
      rows.map(({ traceId, matchedSpans, newestNs }) => [traceId, { matchedSpans, newestNs: BigInt(newestNs) }]),
    );
  }

  #filter(): { params: SqlParams; sql: string; options: FilterSqlOptions } {
    const params = new SqlParams();
    const windowSql = inTimeRangeSql({ fromNs: "windowStartNs", toNs: "windowEndNs" });
    const options = { params, windowSql, resourceMatch: this.#parts.resourceMatch };
    return { params, options, sql: filterSql(this.#parts.search.filter, options) };
  }

  #signal(): { signal?: AbortSignal } {
    const { signal } = this.#parts.search;
    return signal === undefined ? {} : { signal };
  }
}

const largest = (a: bigint, b: bigint) => (a > b ? a : b);
const smallest = (a: bigint, b: bigint) => (a < b ? a : b);
const largestOf = (values: readonly bigint[]) => values.reduce(largest);
const smallestOf = (values: readonly bigint[]) => values.reduce(smallest);

/** Of the traces that are stored, by id. */
export async function readTraceExtents(
  store: Store,
  traceIds: readonly string[],
  options: { signal?: AbortSignal } = {},
): Promise<Map<string, TraceExtent>> {
  if (traceIds.length === 0) return new Map();
  interface Row extends Omit<TraceExtent, "startNs" | "durationNs"> {
    startNs: string;
    endNs: string;
  }
  const rows = await store.query<Row>(
    `SELECT lower(hex(trace_id)) AS traceId, max(root_service) AS rootService, max(root_name) AS rootName,
       toString(toUnixTimestamp64Nano(min(t.start_time))) AS startNs,
       toString(toUnixTimestamp64Nano(max(t.end_time))) AS endNs,
       toUInt32(sum(span_count)) AS spanCount, toUInt32(sum(error_count)) AS errorCount,
       arraySort(groupUniqArrayArray(t.services)) AS services
     FROM traces AS t
     WHERE trace_id IN ${traceIdSet("traceIds")}
     GROUP BY trace_id`,
    { ...options, params: { traceIds }, rowsMax: limits.queryRowsMax.value },
  );
  return new Map(
    rows.map(({ startNs, endNs, ...extent }) => {
      const start = BigInt(startNs);
      return [extent.traceId, { ...extent, startNs: start, durationNs: largest(BigInt(endNs) - start, 0n) }];
    }),
  );
}

/** Found traces as the contract lists them. */
export async function summarizeTraces(
  store: Store,
  traces: readonly FoundTrace[],
  options: { signal?: AbortSignal } = {},
): Promise<TraceSummary[]> {
  const runs = await findRunsOfTraces(
    store,
    traces.map(({ traceId }) => traceId),
    options,
  );
  return traces.map((trace) => ({
    traceId: trace.traceId,
    rootService: trace.rootService,
    rootName: trace.rootName,
    startedAt: isoOfNs(trace.startNs),
    durationMs: Number(trace.durationNs) / 1e6,
    spanCount: trace.spanCount,
    errorCount: trace.errorCount,
    services: trace.services,
    matchedSpans: trace.matchedSpans,
    runId: runs.get(trace.traceId) ?? null,
  }));
}
