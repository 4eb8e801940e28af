import type {
  PipelineResponse,
  PipelinesResponse,
  PipelineStageSummary,
  PipelineSummary,
  RunOrigin,
} from "../http/contract.ts";
import { SightglassError } from "../model/errors.ts";
import type { Store } from "../store/store.ts";
import { isoOf, runColumns, runSummaryOf, type RunRow } from "./runs-row.ts";

const stripRuns = 24;
const pipelinesMax = 1000;

export interface Window {
  nowMs: number;
  windowMs: number;
}

/** Every pipeline that has a run stored, the one with the newest run first. Counts are of the runs that started in the window. */
export async function listPipelines(store: Store, window: Window): Promise<PipelinesResponse> {
  return { windowMs: window.windowMs, pipelines: await summariesOf(store, window) };
}

/** @throws SightglassError not_found */
export async function readPipeline(store: Store, about: Window & { name: string }): Promise<PipelineResponse> {
  const [[pipeline], stages] = await Promise.all([
    summariesOf(store, about, about.name),
    stageSummariesOf(store, about),
  ]);
  if (pipeline === undefined) throw unknownPipeline(about.name);
  return { windowMs: about.windowMs, pipeline, stages };
}

/** What is answered for a name under which nothing is stored. */
export function unknownPipeline(name: string): SightglassError {
  return new SightglassError("not_found", `no run of a pipeline "${name.slice(0, 200)}" is stored`, {
    hint: "/api/pipelines lists the names; they are pipeline.name, a DAG id, a flow's name or the service's",
  });
}

interface PipelineRow {
  pipeline: string;
  origin: RunOrigin;
  services: string[];
  runCount: number;
  succeeded: number;
  failed: number;
  running: number;
  lost: number;
  p50: number | null;
  p95: number | null;
  recordsRead: number | null;
  recordsWritten: number | null;
  recordsUnexplained: number | null;
  lastRunMs: number;
  lastSuccessMs: number;
  lastRegularSuccessMs: number;
  regularRuns: number;
  latest: [number, string][];
}

const inWindow = "started_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')";

async function summariesOf(store: Store, window: Window, name?: string): Promise<PipelineSummary[]> {
  const rows = await store.query<PipelineRow>(
    `SELECT pipeline, argMax(origin, started_at) AS origin, arraySort(groupUniqArray(20)(toString(service))) AS services,
       countIf(${inWindow}) AS runCount,
       countIf(${inWindow} AND status = 'succeeded') AS succeeded,
       countIf(${inWindow} AND status = 'failed') AS failed,
       countIf(${inWindow} AND status = 'running') AS running,
       countIf(${inWindow} AND status = 'lost') AS lost,
       quantileExactIf(0.5)(duration_ms, ${inWindow}) AS p50,
       quantileExactIf(0.95)(duration_ms, ${inWindow}) AS p95,
       sumIf(records_read, ${inWindow}) AS recordsRead,
       sumIf(records_written, ${inWindow}) AS recordsWritten,
       sumIf(abs(records_unexplained), ${inWindow}) AS recordsUnexplained,
       toUnixTimestamp64Milli(max(started_at)) AS lastRunMs,
       toUnixTimestamp64Milli(maxIf(ifNull(ended_at, started_at), status = 'succeeded')) AS lastSuccessMs,
       toUnixTimestamp64Milli(maxIf(ifNull(ended_at, started_at), status = 'succeeded' AND NOT is_backfill)) AS lastRegularSuccessMs,
       countIf(NOT is_backfill) AS regularRuns,
       groupArraySorted(${stripRuns})((-toUnixTimestamp64Milli(started_at), run_id)) AS latest
     FROM runs FINAL ${name === undefined ? "" : "WHERE pipeline = {name:String}"}
     GROUP BY pipeline ORDER BY lastRunMs DESC, pipeline LIMIT ${pipelinesMax}`,
    { params: { from: Math.floor(window.nowMs - window.windowMs), ...(name === undefined ? {} : { name }) } },
  );
  const runs = await runsOf(
    store,
    rows.flatMap(({ latest }) => latest.map(([, id]) => id)),
  );
  return rows.map((row) => summaryOf(row, runs));
}

async function runsOf(store: Store, ids: readonly string[]): Promise<Map<string, RunRow>> {
  if (ids.length === 0) return new Map();
  const rows = await store.query<RunRow>(`SELECT ${runColumns} FROM runs FINAL WHERE run_id IN ({ids:Array(String)})`, {
    params: { ids },
  });
  return new Map(rows.map((row) => [row.run_id, row]));
}

function summaryOf(row: PipelineRow, runs: Map<string, RunRow>): PipelineSummary {
  const finished = row.succeeded + row.failed + row.lost;
  // A backfill says nothing about now; a pipeline that only ever works up the past has nothing else to say.
  const lastSuccessMs = row.regularRuns > 0 ? row.lastRegularSuccessMs : row.lastSuccessMs;
  return {
    name: row.pipeline,
    origin: row.origin,
    services: row.services.filter((service) => service !== ""),
    latestRuns: row.latest
      .map(([, id]) => runs.get(id))
      .filter((run) => run !== undefined)
      .map(runSummaryOf)
      .reverse(),
    runCount: row.runCount,
    succeeded: row.succeeded,
    failed: row.failed,
    running: row.running,
    lost: row.lost,
    successRate: finished === 0 ? null : row.succeeded / finished,
    durationP50Ms: row.p50,
    durationP95Ms: row.p95,
    recordsRead: row.recordsRead,
    recordsWritten: row.recordsWritten,
    recordsUnexplained: row.recordsUnexplained,
    lastRunAt: isoOf(row.lastRunMs),
    lastSuccessAt: lastSuccessMs <= 0 ? null : isoOf(lastSuccessMs),
  };
}

interface StageSummaryRow {
  name: string;
  runCount: number;
  failed: number;
  p50: number | null;
  p95: number | null;
  readAverage: number | null;
  writtenAverage: number | null;
  recordsUnexplained: number | null;
}

/**
 * Each stage over the window, in the order in which the stages of a run usually start. Versions are told apart here and not by
 * FINAL, which would merge the stages of every pipeline before it looks for this one's.
 */
async function stageSummariesOf(store: Store, about: Window & { name: string }): Promise<PipelineStageSummary[]> {
  const rows = await store.query<StageSummaryRow>(
    `SELECT name, uniqExact(run_id) AS runCount, countIf(status = 'failed') AS failed,
       quantileExact(0.5)(duration_ms) AS p50, quantileExact(0.95)(duration_ms) AS p95,
       avgIf(records_read, status = 'succeeded') AS readAverage,
       avgIf(records_written, status = 'succeeded') AS writtenAverage,
       sum(abs(records_unexplained)) AS recordsUnexplained
     FROM (
       SELECT run_id, last.1 AS name, last.2 AS status, last.3 AS duration_ms, last.4 AS records_read,
         last.5 AS records_written, last.8 AS records_unexplained, last.6 - min(last.6) OVER (PARTITION BY run_id) AS afterMicros
       FROM (
         SELECT run_id, argMax((name, status, duration_ms, records_read, records_written,
           toUnixTimestamp64Micro(started_at), is_deleted, records_unexplained), version) AS last
         FROM stages
         WHERE pipeline = {name:String} AND ${inWindow}
         GROUP BY run_id, stage_id
       )
       WHERE last.7 = 0
     )
     GROUP BY name ORDER BY median(afterMicros), name LIMIT 1000`,
    { params: { name: about.name, from: Math.floor(about.nowMs - about.windowMs) } },
  );
  return rows.map((row) => ({
    name: row.name,
    runCount: row.runCount,
    failed: row.failed,
    durationP50Ms: row.p50,
    durationP95Ms: row.p95,
    recordsReadAverage: row.readAverage,
    recordsWrittenAverage: row.writtenAverage,
    recordsUnexplained: row.recordsUnexplained,
  }));
}
