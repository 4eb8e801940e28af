import { parseDetails } from "../decode/typed-json.ts";
import type { RunDetail, StageDetailJson } from "../fold/run.ts";
import type { KeyValue, RunResponse, RunStatus, StageDetail } from "../http/contract.ts";
import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import { failedRecordsOf } from "./runs-failed-records.ts";
import { qualityOf } from "./runs-quality.ts";
import {
  countColumns,
  countsOf,
  isoOf,
  isoOrNull,
  runColumns,
  runSummaryOf,
  type CountRow,
  type RunRow,
} from "./runs-row.ts";
import { findRunsOfTraces } from "./trace-runs.ts";

export interface FullRunRow extends RunRow {
  detail: string;
  lastSeenMs: number;
}

/** All that the run page shows. @throws SightglassError not_found */
export async function readRun(store: Store, id: string): Promise<RunResponse> {
  const row = await findRun(store, id);
  const detail = JSON.parse(row.detail) as RunDetail;
  const [stages, neighbours] = await Promise.all([stagesOf(store, row.run_id), neighboursOf(store, row)]);
  const about = { traceIds: detail.traceIds, fromMs: row.startedAtMs, toMs: row.lastSeenMs };
  const readFailedRecords = failedRecordsOf(store, {
    ...about,
    // The last attempt may be a span within the stage's own.
    stages: stages.flatMap(({ id, name, spanId, attempts }) =>
      [...new Set([spanId, attempts.at(-1)?.spanId ?? spanId])].map((of) => ({ id, name, spanId: of })),
    ),
  });
  const [failedRecords, quality] = await Promise.all([readFailedRecords, qualityOf(store, { ...about, stages })]);
  return {
    ...runSummaryOf(row),
    stages,
    handoffs: detail.handoffs,
    failedRecords,
    quality,
    attributes: detail.attributes,
    resource: resourceOf(detail.resource),
    traceIds: detail.traceIds,
    ...neighbours,
    lastSeenAt: isoOf(row.lastSeenMs),
  };
}

/**
 * The run of that id. The id of any of its traces finds it as well: that is the id a run has until its run span says another.
 * @throws SightglassError not_found
 */
export async function findRun(store: Store, id: string): Promise<FullRunRow> {
  const find = async (condition: string, value: string) => {
    const [row] = await store.query<FullRunRow>(
      `SELECT ${runColumns}, detail, toUnixTimestamp64Milli(last_seen_at) AS lastSeenMs FROM runs FINAL
       WHERE ${condition} ORDER BY started_at, run_id LIMIT 1`,
      { params: { value } },
    );
    return row;
  };
  let found = await find("run_id = {value:String}", id);
  if (found === undefined && /^[0-9a-f]{32}$/i.test(id)) {
    const traceId = id.toLowerCase();
    found = await find("trace_id = {value:String}", traceId);
    // A run of several traces is listed under one of them.
    const named = found === undefined ? (await findRunsOfTraces(store, [traceId])).get(traceId) : undefined;
    if (named !== undefined) found = await find("run_id = {value:String}", named);
  }
  if (found !== undefined) return found;
  throw new SightglassError("not_found", `no run has the id "${id.slice(0, 200)}"`, {
    hint: "a run appears within a second of its first span or start record; /api/runs lists what is stored, and retention may have removed older ones",
  });
}

interface StageRow extends CountRow {
  stage_id: string;
  name: string;
  parent_id: string;
  status: RunStatus;
  startedAtMicros: number;
  endedAtMicros: number | null;
  duration_ms: number | null;
  wait_ms: number | null;
  bytes: number | null;
  detail: string;
}

async function stagesOf(store: Store, runId: string): Promise<StageDetail[]> {
  const rows = await store.query<StageRow>(
    `SELECT stage_id, name, parent_id, status,
       toUnixTimestamp64Micro(started_at) AS startedAtMicros,
       if(isNull(ended_at), NULL, toUnixTimestamp64Micro(assumeNotNull(ended_at))) AS endedAtMicros,
       duration_ms, wait_ms, ${countColumns("")}, bytes, detail
     FROM stages FINAL WHERE run_id = {id:String}
     ORDER BY started_at, ended_at, stage_id LIMIT {most:UInt32}`,
    { params: { id: runId, most: limits.runStagesMax.value } },
  );
  return rows.map(stageOf);
}

function stageOf(row: StageRow): StageDetail {
  const detail = JSON.parse(row.detail) as StageDetailJson;
  return {
    id: row.stage_id,
    name: row.name,
    parentId: row.parent_id === "" ? null : row.parent_id,
    status: row.status,
    startedAt: isoOf(row.startedAtMicros / 1000),
    endedAt: isoOrNull(row.endedAtMicros === null ? null : row.endedAtMicros / 1000),
    durationMs: row.duration_ms,
    waitMs: row.wait_ms,
    ...countsOf(row),
    bytes: row.bytes,
    ...detail,
  };
}

type Neighbours = Pick<RunResponse, "lastGoodRunId" | "previousRunId" | "nextRunId">;

/** Runs of the same pipeline around this one, in the order of their starts. */
async function neighboursOf(store: Store, run: FullRunRow): Promise<Neighbours> {
  const key = "(started_at, run_id)";
  const here = "(fromUnixTimestamp64Milli({at:Int64}, 'UTC'), {id:String})";
  const good = "status = 'succeeded' AND ifNull(records_unexplained, 0) = 0";
  const [row] = await store.query<Record<"previous" | "next" | "lastGood", string>>(
    `SELECT argMaxIf(run_id, ${key}, ${key} < ${here}) AS previous,
            argMinIf(run_id, ${key}, ${key} > ${here}) AS next,
            argMaxIf(run_id, ${key}, ${key} < ${here} AND ${good}) AS lastGood
     FROM runs FINAL WHERE pipeline = {pipeline:String}`,
    { params: { at: run.startedAtMs, id: run.run_id, pipeline: run.pipeline } },
  );
  return {
    lastGoodRunId: row?.lastGood || null,
    previousRunId: row?.previous || null,
    nextRunId: row?.next || null,
  };
}

function resourceOf(text: string): KeyValue[] {
  return text === "" ? [] : parseDetails(text).attributes;
}
