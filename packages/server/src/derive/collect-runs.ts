import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import { patient } from "./patient.ts";
import { timeSql } from "./points-sql.ts";
import { statusLabelSql } from "./runs-series.ts";

/**
 * Finds what runs and stages came to since `sinceMs` (`updated_at`) that was not counted before, and notes it as counted
 * at a grid point. What is noted already is left out by its key, so it may look back as far as it likes: folds that come
 * late or again add nothing. Many are taken in slices, each of whole traces or runs: the history of a large store, counted at
 * once, needs more memory than the engine may have. What a slice has noted stays noted when a later one fails.
 */
export async function collectRuns(
  store: Store,
  about: { sinceMs: number; atMs: number; rowsAtOnceMax?: number },
): Promise<void> {
  const { rowsAtOnceMax = limits.derivedRowsAtOnceMax.value } = about;
  const params = { since: about.sinceMs, at: about.atMs };
  const [changed] = await store.query<{ runs: number; stages: number }>(
    `SELECT (SELECT count() FROM runs WHERE updated_at >= ${timeSql("since")}) AS runs,
            (SELECT count() FROM stages WHERE updated_at >= ${timeSql("since")}) AS stages`,
    { params, ...patient },
  );
  if (changed === undefined) return;
  await inSlices(changed.runs, runEndings);
  await inSlices(changed.stages, stageIncrements);

  async function inSlices(rows: number, statement: string): Promise<void> {
    const slices = Math.ceil(rows / rowsAtOnceMax);
    for (let slice = 0; slice < slices; slice++)
      await store.execute(statement, { params: { ...params, slice, slices }, ...patient });
  }
}

const inSlice = (key: "trace_id" | "run_id") => `cityHash64(${key}) % {slices:UInt32} = {slice:UInt32}`;

const changedTraces = `
  SELECT trace_id FROM runs WHERE updated_at >= ${timeSql("since")} AND is_deleted = 0 AND ${inSlice("trace_id")}`;

const changedRunIds = `SELECT run_id FROM runs WHERE trace_id IN (${changedTraces})`;

/** Runs as they stand now, of all traces in which a run changed. */
const changedRuns = `
  SELECT run_id, trace_id, pipeline, ${statusLabelSql} AS status, is_backfill, ended_at, ifNull(duration_ms, 0) / 1000 AS duration_s
  FROM runs FINAL
  WHERE run_id IN (${changedRunIds}) AND status != 'running' AND ended_at IS NOT NULL`;

/**
 * A run counts once for each status that it came to, whatever id it went by: stages that were seen before their run span
 * make a run under the trace's id, which then gives way to the real one. So a run is known by its id, and as the n-th of
 * its trace with that status.
 */
const runEndings = `
  INSERT INTO run_endings
    (counted_at, run_id, trace_id, ordinal, pipeline, status, corrects, is_backfill, ended_at, duration_s)
  SELECT ${timeSql("at")}, run_id, trace_id, ordinal, pipeline, status, known.status, is_backfill,
         assumeNotNull(ended_at), duration_s
  FROM (
    SELECT *, row_number() OVER (PARTITION BY trace_id, pipeline, status ORDER BY ended_at, run_id) AS ordinal
    FROM (${changedRuns})
  ) AS runs
  LEFT JOIN (
    SELECT run_id, toString(pipeline) AS pipeline, toString(argMax(status, counted_at)) AS status
    FROM run_endings WHERE run_id IN (${changedRunIds}) GROUP BY run_id, pipeline
  ) AS known ON known.run_id = runs.run_id AND known.pipeline = runs.pipeline
  WHERE (run_id, pipeline, status) NOT IN (
      SELECT run_id, pipeline, status FROM run_endings WHERE run_id IN (${changedRunIds}))
    AND (trace_id, pipeline, status, ordinal) NOT IN (
      SELECT trace_id, pipeline, status, ordinal FROM run_endings WHERE trace_id IN (${changedTraces}))`;

/** Counts go up while a stage runs; a number that a later fold lowers stays. What is unexplained is known at the end. */
const growing = ["read", "written", "failed", "filtered", "deduplicated"] as const;

const growth = (count: string) =>
  `if(isNull(now.${count}), NULL, greatest(now.${count} - ifNull(known.${count}, 0), 0))`;
const hasNews = (count: string) =>
  `(isNotNull(now.${count}) AND (isNull(known.${count}) OR now.${count} > known.${count}))`;
const counts = [...growing, "unexplained"];

const changedStages = `
  SELECT stage_id, run_id, pipeline, name AS stage, JSONExtractString(detail, 'traceId') AS trace_id,
         status NOT IN ('running', 'skipped') AND ended_at IS NOT NULL AS has_ended,
         toDateTime64(ifNull(ended_at, started_at), 3, 'UTC') AS ended_at, ifNull(duration_ms, 0) / 1000 AS duration_s,
         ${growing.map((count) => `records_${count} AS ${count}`).join(", ")},
         if(has_ended, records_unexplained, NULL) AS unexplained
  FROM stages FINAL
  WHERE run_id IN (
    SELECT run_id FROM stages WHERE updated_at >= ${timeSql("since")} AND is_deleted = 0 AND ${inSlice("run_id")})`;

const stageIncrements = `
  INSERT INTO stage_increments
    (counted_at, stage_id, trace_id, pipeline, stage, is_backfill, ended, ended_at, duration_s, ${counts.join(", ")})
  SELECT ${timeSql("at")}, now.stage_id, now.trace_id, now.pipeline, now.stage, runs.is_backfill,
         now.has_ended AND known.has_ended = 0 AS is_end, now.ended_at, now.duration_s,
         ${counts.map(growth).join(", ")}
  FROM (${changedStages}) AS now
  LEFT JOIN (
    SELECT run_id, is_backfill FROM runs FINAL
    WHERE run_id IN (SELECT run_id FROM stages WHERE updated_at >= ${timeSql("since")} AND ${inSlice("run_id")})
  ) AS runs ON runs.run_id = now.run_id
  LEFT JOIN (
    SELECT stage_id, max(stage_increments.ended) AS has_ended, ${counts.map((count) => `sum(stage_increments.${count}) AS ${count}`).join(", ")}
    FROM stage_increments
    WHERE stage_id IN (SELECT stage_id FROM stages WHERE updated_at >= ${timeSql("since")} AND ${inSlice("run_id")})
    GROUP BY stage_id
  ) AS known ON known.stage_id = now.stage_id
  WHERE is_end OR ${counts.map(hasNews).join(" OR ")}`;
