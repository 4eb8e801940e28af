import { parseTypedJson } from "../decode/typed-json.ts";
import type { RunDetail } from "../fold/run.ts";
import type { KeyValue, LogRecord, LogsResponse } from "../http/contract.ts";
import { spanIdSet, traceIdSet } from "../store/id-sets.ts";
import type { QueryParam, Store } from "../store/store.ts";
import { spansWithin } from "./logs-stage-spans.ts";
import { cursorOf, parseCursor } from "./runs-cursor.ts";
import { findRun } from "./runs-detail.ts";
import { isoOf } from "./runs-row.ts";

export interface RunLogsFilter {
  runId: string;
  /** Only what this stage and the spans inside it wrote. */
  stageId?: string | undefined;
  /** The least severity number (1-24). */
  severityMin?: number | undefined;
  /** Text that the body holds; case does not matter. */
  text?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Logs may be stamped a little before the run's first span or after its last. */
const slackMs = 60_000;

/** Log records have no id: what they say orders those of one nanosecond. */
const tieBreaker = "cityHash64(trace_id, span_id, service, severity_number, body)";

interface LogRow {
  timeNs: string;
  tie: string;
  severity_number: number;
  severity_text: string;
  body: string;
  service: string;
  traceId: string;
  spanId: string;
  attributes_string: Record<string, string>;
  attributes_int: Record<string, string>;
  attributes_double: Record<string, number | "nan" | "inf" | "-inf">;
  attributes_bool: Record<string, boolean>;
  attributes_other: Record<string, string>;
}

/**
 * What the run's programs logged, oldest first; our own announcements are left out.
 * @throws SightglassError not_found, invalid_argument
 */
export async function readRunLogs(store: Store, filter: RunLogsFilter): Promise<LogsResponse> {
  const run = await findRun(store, filter.runId);
  const { traceIds } = JSON.parse(run.detail) as RunDetail;
  const fromMs = run.startedAtMs - slackMs;
  const toMs = Math.max(run.lastSeenMs, run.endedAtMs ?? 0) + slackMs;
  const params: Record<string, QueryParam> = {
    traces: traceIds,
    from: Math.floor(fromMs),
    to: Math.ceil(toMs),
  };
  const conditions = [
    `trace_id IN ${traceIdSet("traces")}`,
    "time BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')",
    "NOT is_pipeline",
  ];
  if (filter.stageId !== undefined) {
    params["spans"] = await spansWithin(store, { traceIds, fromMs, toMs, runId: run.run_id, stageId: filter.stageId });
    conditions.push(`span_id IN ${spanIdSet("spans")}`);
  }
  if (filter.severityMin !== undefined) {
    params["severity"] = filter.severityMin;
    conditions.push("severity_number >= {severity:UInt8}");
  }
  if (filter.text !== undefined) {
    params["text"] = filter.text;
    conditions.push("positionCaseInsensitiveUTF8(body, {text:String}) > 0");
  }
  return readLogPage(store, { conditions, params, limit: filter.limit, cursor: filter.cursor });
}

/** A page of the log records that meet the conditions, oldest first. @throws SightglassError invalid_argument */
export async function readLogPage(
  store: Store,
  wanted: {
    conditions: readonly string[];
    params: Record<string, QueryParam>;
    limit: number;
    cursor: string | undefined;
    signal?: AbortSignal;
  },
): Promise<LogsResponse> {
  const conditions = [...wanted.conditions];
  const params: Record<string, QueryParam> = { ...wanted.params, rows: wanted.limit + 1 };
  if (wanted.cursor !== undefined) {
    const [lastNs, lastTie] = parseCursor(wanted.cursor);
    params["cursorNs"] = lastNs;
    params["cursorTie"] = /^\d{1,20}$/.test(lastTie) ? lastTie : "0";
    const at = "toUnixTimestamp64Nano(time)";
    conditions.push(`(${at} > {cursorNs:Int64} OR (${at} = {cursorNs:Int64} AND ${tieBreaker} > {cursorTie:UInt64}))`);
  }
  const rows = await store.query<LogRow>(
    `SELECT toString(toUnixTimestamp64Nano(time)) AS timeNs, toString(${tieBreaker}) AS tie, severity_number, severity_text,
       body, service, lower(hex(trace_id)) AS traceId, lower(hex(span_id)) AS spanId, attributes_string,
       mapApply((key, value) -> (key, toString(value)), attributes_int) AS attributes_int,
       attributes_double, attributes_bool, attributes_other
     FROM logs WHERE ${conditions.join(" AND ")}
     ORDER BY time, ${tieBreaker} LIMIT {rows:UInt32}`,
    { params, ...(wanted.signal === undefined ? {} : { signal: wanted.signal }) },
  );
  const page = rows.slice(0, wanted.limit);
  const last = page.at(-1);
  const isMore = rows.length > page.length && last !== undefined;
  return { logs: page.map(logOf), next: isMore ? cursorOf([last.timeNs, last.tie]) : null };
}

const noTrace = "0".repeat(32);
const noSpan = "0".repeat(16);

function logOf(row: LogRow): LogRecord {
  return {
    time: isoOf(Number(BigInt(row.timeNs) / 1_000_000n)),
    severityNumber: row.severity_number,
    severityText: row.severity_text,
    body: row.body,
    service: row.service,
    traceId: row.traceId === noTrace ? null : row.traceId,
    spanId: row.spanId === noSpan ? null : row.spanId,
    attributes: attributesOf(row),
  };
}

const doubles = { nan: "NaN", inf: "Infinity", "-inf": "-Infinity" } as const;

function attributesOf(row: LogRow): KeyValue[] {
  const all: KeyValue[] = [
    ...Object.entries(row.attributes_string).map(([key, value]) => ({ key, value: { stringValue: value } })),
    ...Object.entries(row.attributes_int).map(([key, value]) => ({ key, value: { intValue: value } })),
    ...Object.entries(row.attributes_double).map(([key, value]) => ({
      key,
      value: { doubleValue: typeof value === "number" ? value : doubles[value] },
    })),
    ...Object.entries(row.attributes_bool).map(([key, value]) => ({ key, value: { boolValue: value } })),
    ...Object.entries(row.attributes_other).map(([key, value]) => ({ key, value: parseTypedJson(value) })),
  ];
  return all.sort((a, b) => (a.key < b.key ? -1 : 1));
}
