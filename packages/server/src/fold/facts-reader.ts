import { limits } from "../model/limits.ts";
import { spanIdSet, traceIdSet } from "../store/id-sets.ts";
import type { Store } from "../store/store.ts";
import { factOf, type Fact, type FactRow } from "./fact.ts";
import { missingParentsOf, type Bridges } from "./resolve.ts";

/** That so many facts of a trace became known at that time. */
export interface Touch {
  traceId: string;
  insertedAtMs: number;
  facts: number;
}

/** After which touch to read on. */
export type TouchCursor = Pick<Touch, "insertedAtMs" | "traceId">;

/** What the fold reads. */
export class FactsReader {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Traces with facts that became known after the cursor, the oldest first, a page at a time. */
  touchedAfter({ insertedAtMs, traceId }: TouchCursor, pageRows: number): Promise<Touch[]> {
    return this.#store.query<Touch>(
      `SELECT lower(hex(trace_id)) AS traceId, toUnixTimestamp64Milli(inserted_at) AS insertedAtMs, count() AS facts
       FROM run_facts
       WHERE inserted_at >= fromUnixTimestamp64Milli({at:Int64}, 'UTC')
         AND (inserted_at, trace_id) > (fromUnixTimestamp64Milli({at:Int64}, 'UTC'), unhex({trace:String}))
       GROUP BY trace_id, inserted_at
       ORDER BY inserted_at, trace_id
       LIMIT {rows:UInt32}`,
      { params: { at: Math.max(0, insertedAtMs), trace: traceId, rows: pageRows } },
    );
  }

  /** For each of the traces: the run ids that its facts name, and how many facts it has. */
  async runIdsOf(traceIds: readonly string[]): Promise<TraceRuns[]> {
    if (traceIds.length === 0) return [];
    return this.#store.query<TraceRuns>(
      `SELECT lower(hex(trace_id)) AS traceId, groupUniqArrayIf(run_id, run_id != '') AS runIds, count() AS facts
       FROM run_facts WHERE trace_id IN ${traces} GROUP BY trace_id`,
      { params: { traces: traceIds } },
    );
  }

  /** The traces that name one of the run ids; the newest, if there are too many. */
  async tracesOf(runIds: readonly string[]): Promise<string[]> {
    if (runIds.length === 0) return [];
    const rows = await this.#store.query<{ traceId: string }>(
      `SELECT lower(hex(trace_id)) AS traceId FROM run_facts WHERE run_id IN ({runIds:Array(String)})
       GROUP BY trace_id ORDER BY max(inserted_at) DESC, trace_id LIMIT {most:UInt32}`,
      { params: { runIds, most: limits.foldTracesMax.value } },
    );
    return rows.map(({ traceId }) => traceId);
  }

  /** All facts of the traces; of heartbeats only the newest two of each span, since each says all that was counted so far. */
  async factsOf(traceIds: readonly string[]): Promise<Fact[]> {
    if (traceIds.length === 0) return [];
    const columns = `${factColumns} FROM run_facts WHERE trace_id IN ${traces}`;
    const rows = await this.#store.query<FactRow>(
      `SELECT ${columns} AND fact != 'pipeline.heartbeat'
       UNION ALL
       SELECT * FROM (
         SELECT ${columns} AND fact = 'pipeline.heartbeat' ORDER BY start_time DESC LIMIT 2 BY trace_id, span_id
       )`,
      { params: { traces: traceIds }, rowsMax: limits.foldFactsMax.value },
    );
    return rows.map(factOf);
  }

  /** Parents that are no facts themselves, up to the first one that is, or to the root: the spans table has them. */
  async bridgesOf(facts: readonly Fact[]): Promise<Bridges> {
    const bridges = new Map<string, string>();
    const known: { traceId: string; spanId: string; parentId: string }[] = [...facts];
    const asked = new Set<string>();
    for (let depth = 0; depth < bridgeDepthMax; depth += 1) {
      const missing = [...missingParentsOf(known)].filter((key) => !asked.has(key));
      if (missing.length === 0) break;
      const found = await this.#parentsOf(missing, facts);
      for (const key of missing) asked.add(key);
      for (const span of found) {
        bridges.set(`${span.traceId}/${span.spanId}`, span.parentId);
        known.push(span);
      }
      if (found.length === 0) break;
    }
    return bridges;
  }

  async #parentsOf(keys: readonly string[], facts: readonly Fact[]): Promise<SpanParent[]> {
    const timesMs = facts.map((fact) => fact.timeMs);
    const rows = await this.#store.query<SpanParent>(
      `SELECT lower(hex(trace_id)) AS traceId, lower(hex(span_id)) AS spanId, lower(hex(parent_span_id)) AS parentId
       FROM spans
       WHERE start_time BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')
         AND trace_id IN ${traces}
         AND span_id IN ${spanIdSet("spans")}`,
      {
        params: {
          from: Math.floor(least(timesMs)) - parentsBeforeMs,
          to: Math.ceil(greatest(timesMs)) + parentsAfterMs,
          traces: [...new Set(keys.map((key) => key.slice(0, 32)))],
          spans: [...new Set(keys.map((key) => key.slice(33)))],
        },
      },
    );
    return rows.map((row) => ({ ...row, parentId: row.parentId === "0000000000000000" ? "" : row.parentId }));
  }
}

interface TraceRuns {
  traceId: string;
  runIds: string[];
  facts: number;
}

interface SpanParent {
  traceId: string;
  spanId: string;
  parentId: string;
}

/** How many spans without a pipeline attribute may lie one above the other. */
const bridgeDepthMax = 32;
/** A parent starts before its children: how long before, at most, and how much a clock may be off. */
const parentsBeforeMs = 24 * 60 * 60 * 1000;
const parentsAfterMs = 60 * 60 * 1000;

const traces = traceIdSet("traces");

const factColumns = `
  fact, toUnixTimestamp64Milli(inserted_at) AS insertedAtMs,
  lower(hex(trace_id)) AS traceId, lower(hex(span_id)) AS spanId, lower(hex(parent_span_id)) AS parentId,
  service, resource, scope, name,
  intDiv(toUnixTimestamp64Nano(start_time), 1000) AS startMicros, intDiv(duration_ns, 1000) AS durationMicros,
  status_code AS statusCode, status_message AS statusMessage,
  attributes_string, mapApply((key, value) -> (key, toString(value)), attributes_int) AS attributes_int,
  attributes_double, attributes_bool, exception, state_event AS stateEvent,
  arrayMap(id -> lower(hex(id)), link_span_ids) AS linkSpanIds`;

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
const greatest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0);
