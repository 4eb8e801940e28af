import type { GridCell, PipelineGridResponse, RunStatus } from "../http/contract.ts";
import type { Store } from "../store/store.ts";
import { unknownPipeline } from "./pipelines.ts";
import { runColumns, runSummaryOf, type RunRow } from "./runs-row.ts";

export interface GridStageRow {
  runId: string;
  stageId: string;
  parentId: string;
  name: string;
  status: RunStatus;
  startedAtMs: number;
  durationMs: number | null;
  attempts: number;
  recordsUnexplained: number | null;
}

/** The latest `limit` runs of a pipeline, oldest first, against their stages. @throws SightglassError not_found */
export async function readPipelineGrid(
  store: Store,
  about: { name: string; limit: number },
): Promise<PipelineGridResponse> {
  const runs = await store.query<RunRow>(
    `SELECT ${runColumns} FROM runs FINAL WHERE pipeline = {name:String}
     ORDER BY started_at DESC, run_id LIMIT {limit:UInt32}`,
    { params: { name: about.name, limit: about.limit } },
  );
  if (runs.length === 0) throw unknownPipeline(about.name);
  const stages = await store.query<GridStageRow>(
    `SELECT run_id AS runId, stage_id AS stageId, parent_id AS parentId, toString(name) AS name, toString(status) AS status,
       toUnixTimestamp64Milli(started_at) AS startedAtMs, duration_ms AS durationMs, attempts,
       records_unexplained AS recordsUnexplained
     FROM stages FINAL WHERE run_id IN ({ids:Array(String)})
     ORDER BY run_id, started_at, stage_id`,
    { params: { ids: runs.map((run) => run.run_id) } },
  );
  const oldestFirst = runs.toReversed();
  return {
    runs: oldestFirst.map(runSummaryOf),
    ...arrangeGrid(
      oldestFirst.map((run) => run.run_id),
      stages,
    ),
  };
}

/**
 * One row for each stage name, one cell for each run.
 * @param rows of every run, by start within a run
 */
export function arrangeGrid(
  runIds: readonly string[],
  rows: readonly GridStageRow[],
): Pick<PipelineGridResponse, "stages" | "cells"> {
  const byRun = groupBy(rows, (row) => row.runId);
  // The run with the most stages sets the order: one that failed early must not put its rest at the end.
  const fullestFirst = [...byRun.values()].sort((a, b) => b.length - a.length);
  const stages = new Map<string, { name: string; depth: number }>();
  for (const run of fullestFirst) {
    for (const stage of inTreeOrder(run)) if (!stages.has(stage.name)) stages.set(stage.name, stage);
  }
  const cells = [...stages.keys()].map((name) =>
    runIds.map((id) => cellOf((byRun.get(id) ?? []).filter((row) => row.name === name))),
  );
  return { stages: [...stages.values()], cells };
}

/** Parents before their children, siblings by start. */
function inTreeOrder(rows: readonly GridStageRow[]): { name: string; depth: number }[] {
  const ids = new Set(rows.map((row) => row.stageId));
  const children = groupBy(rows, (row) => (ids.has(row.parentId) && row.parentId !== row.stageId ? row.parentId : ""));
  const ordered: { name: string; depth: number }[] = [];
  const seen = new Set<string>();
  const visit = (parentId: string, depth: number) => {
    for (const row of children.get(parentId) ?? []) {
      if (seen.has(row.stageId)) continue;
      seen.add(row.stageId);
      ordered.push({ name: row.name, depth });
      visit(row.stageId, depth + 1);
    }
  };
  visit("", 0);
  return ordered;
}

function groupBy(rows: readonly GridStageRow[], keyOf: (row: GridStageRow) => string): Map<string, GridStageRow[]> {
  const groups = new Map<string, GridStageRow[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

const worstFirst: readonly RunStatus[] = ["failed", "lost", "running", "cancelled", "skipped", "succeeded"];

/** Stages of one name in one run share a cell: it shows the worst of them. */
function cellOf(rows: readonly GridStageRow[]): GridCell | null {
  const worst = rows.toSorted((a, b) => worstFirst.indexOf(a.status) - worstFirst.indexOf(b.status))[0];
  if (worst === undefined) return null;
  const known = rows.map((row) => row.recordsUnexplained).filter((count) => count !== null);
  return {
    status: worst.status,
    durationMs: worst.durationMs,
    attempts: Math.max(...rows.map((row) => row.attempts)),
    recordsUnexplained: known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0),
  };
}
