import type { RunsResponse, RunStatus } from "../http/contract.ts";
import type { QueryParam, Store } from "../store/store.ts";
import { cursorOf, parseCursor } from "./runs-cursor.ts";
import { runColumns, runSummaryOf, type RunRow } from "./runs-row.ts";

/** Rows by which runs are sought. */
export const runsWithRows = ["unexplained", "failed"] as const;
export type RunsWithRows = (typeof runsWithRows)[number];

export interface RunsFilter {
  pipeline?: string | undefined;
  statuses?: readonly RunStatus[] | undefined;
  partition?: string | undefined;
  /** Runs that have rows nobody accounts for, or records that failed. */
  rows?: RunsWithRows | undefined;
  /** Runs that started in [startMs, endMs). */
  startMs?: number | undefined;
  endMs?: number | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Runs, newest first. @throws SightglassError invalid_argument for a cursor that is none */
export async function listRuns(store: Store, filter: RunsFilter): Promise<RunsResponse> {
  const conditions: string[] = [];
  const params: Record<string, QueryParam> = { rows: filter.limit + 1 };
  const where = (condition: string, name: string, value: QueryParam) => {
    conditions.push(condition);
    params[name] = value;
  };
  if (filter.pipeline !== undefined) where("pipeline = {pipeline:String}", "pipeline", filter.pipeline);
  if (filter.statuses !== undefined && filter.statuses.length > 0)
    where("status IN ({statuses:Array(String)})", "statuses", filter.statuses);
  if (filter.partition !== undefined) where("partition = {partition:String}", "partition", filter.partition);
  if (filter.rows !== undefined) conditions.push(`ifNull(records_${filter.rows}, 0) != 0`);
  if (filter.startMs !== undefined)
    where("started_at >= fromUnixTimestamp64Milli({start:Int64}, 'UTC')", "start", Math.ceil(filter.startMs));
  if (filter.endMs !== undefined)
    where("started_at < fromUnixTimestamp64Milli({end:Int64}, 'UTC')", "end", Math.ceil(filter.endMs));
  if (filter.cursor !== undefined) {
    const [atMs, id] = parseCursor(filter.cursor);
    where(
      "(started_at, run_id) < (fromUnixTimestamp64Milli({cursorAt:Int64}, 'UTC'), {cursorId:String})",
      "cursorAt",
      atMs,
    );
    params["cursorId"] = id;
  }
  const rows = await store.query<RunRow>(
    `SELECT ${runColumns} FROM runs FINAL
     ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`}
     ORDER BY started_at DESC, run_id DESC LIMIT {rows:UInt32}`,
    { params },
  );
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  const isMore = rows.length > page.length && last !== undefined;
  return { runs: page.map(runSummaryOf), next: isMore ? cursorOf([String(last.startedAtMs), last.run_id]) : null };
}
