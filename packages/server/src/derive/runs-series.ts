import { bucketOfSql, bucketsOfOneSql, histogramSql, labelsSql, pointSql, seriesIdSql, timeSql } from "./points-sql.ts";
import type { Source } from "./series-state.ts";

/** Upper bounds of the durations of runs and stages, in seconds: from interactive to a day. */
export const runDurationBoundsS = [
  0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400,
] as const;

/** `status` as rules in the field write it. */
export const runStatusLabels = ["success", "failure", "skipped", "cancelled", "lost"] as const;

/** Our status words to the label's. */
export const statusLabelSql =
  "transform(toString(status), ['succeeded', 'failed'], ['success', 'failure'], toString(status))";

const directions = ["read", "written", "failed", "filtered", "deduplicated", "unexplained"] as const;

const pipelines = "(SELECT DISTINCT pipeline FROM runs WHERE is_deleted = 0)";
const ofRun = { pipeline: "pipeline", status: "status" };
const ofStage = { pipeline: "pipeline", stage: "stage" };

/** A pipeline's statuses are all there from its first run on, at 0. */
const zeros = `SELECT pipeline, status FROM ${pipelines} AS known
  ARRAY JOIN [${runStatusLabels.map((status) => `'${status}'`).join(", ")}] AS status`;

const counted = `counted_at > ${timeSql("since")} AND counted_at <= ${timeSql("at")}`;
const bucketsSql = `sumForEach(${bucketsOfOneSql("duration_s", runDurationBoundsS)})`;

/** Added up before they become points: a first start may have to count years at once. */
const newRuns = `
  SELECT pipeline, status, corrects, is_backfill, count() AS runs, ${bucketsSql} AS buckets, sum(duration_s) AS seconds
  FROM run_endings WHERE ${counted}
  GROUP BY pipeline, status, corrects, is_backfill`;

const runPoints = `arrayConcat(
  [${pointSql("pipeline_runs_total", ofRun, "runs")}],
  if(is_backfill, [${pointSql("pipeline_backfill_runs_total", ofRun, "runs")}], []),
  if(corrects = '', [], [${pointSql("pipeline_runs_corrected_total", { ...ofRun, status: "corrects" }, "runs")}]),
  if(is_backfill OR status = 'skipped', [], ${histogramSql({
    metric: "pipeline_run_duration_seconds",
    labels: ofRun,
    bounds: runDurationBoundsS,
    buckets: "buckets",
    sum: "seconds",
  })}))`;

const newStages = `
  SELECT pipeline, stage, sumForEachIf(${bucketsOfOneSql("duration_s", runDurationBoundsS)}, ended = 1) AS buckets,
         sumIf(duration_s, ended = 1) AS seconds,
         ${directions.map((direction) => `sum(${direction}) AS sum_${direction}`).join(", ")}
  FROM stage_increments WHERE ${counted} AND NOT is_backfill
  GROUP BY pipeline, stage`;

const recordPoints = directions
  .map((direction) => {
    const labels = { ...ofStage, direction: `'${direction}'` };
    const point = pointSql("pipeline_records_total", labels, `ifNull(sum_${direction}, 0)`);
    return `if(isNull(sum_${direction}), [], [${point}])`;
  })
  .join(",\n");

const stagePoints = `arrayConcat(
  if(empty(buckets), [], ${histogramSql({
    metric: "pipeline_stage_duration_seconds",
    labels: ofStage,
    bounds: runDurationBoundsS,
    buckets: "buckets",
    sum: "seconds",
  })}),
  ${recordPoints})`;

/** Counters of runs and stages, from what collect-runs.ts found to be new. A pipeline's series end when retention has taken its runs. */
export const runCounters: Source = {
  name: "runs",
  kind: "increment",
  points: `
    SELECT 'pipeline_runs_total' AS metric, ${labelsSql(ofRun)} AS labels, 0. AS amount FROM (${zeros})
    UNION ALL
    SELECT point.1, point.2, point.3 FROM (${newRuns}) ARRAY JOIN ${runPoints} AS point
    UNION ALL
    SELECT point.1, point.2, point.3 FROM (${newStages}) ARRAY JOIN ${stagePoints} AS point`,
  carried: `series_id NOT IN (
    SELECT series_id FROM derived_labels
    WHERE source = {source:String} AND pipeline != '' AND pipeline NOT IN ${pipelines})`,
};

/** How runs stand now. */
export const runGauges: Source = {
  name: "run-gauges",
  kind: "gauge",
  points: `
    SELECT 'pipeline_runs_active' AS metric, ${labelsSql({ pipeline: "pipeline" })} AS labels, sum(active) AS amount
    FROM (
      SELECT pipeline, 0. AS active FROM ${pipelines}
      UNION ALL
      SELECT pipeline, 1. FROM runs FINAL
      WHERE run_id IN (SELECT run_id FROM runs WHERE status = 'running') AND status = 'running'
    )
    GROUP BY pipeline
    UNION ALL
    SELECT 'pipeline_last_success_timestamp_seconds', ${labelsSql({ pipeline: "pipeline" })},
           toUnixTimestamp64Milli(max(ended_at)) / 1000
    FROM run_endings
    WHERE status = 'success' AND NOT is_backfill AND pipeline IN ${pipelines}
    GROUP BY pipeline`,
};

/** One run for each of the counters that grew at a grid point, and for the bucket that its duration fell in. */
export const runExemplars = `
  SELECT ${timeSql("at")}, metric, ${seriesIdSql}, time, value, map('trace_id', trace_id)
  FROM (
    SELECT point.1 AS metric, point.2 AS labels, ended_at AS time, point.3 AS value, trace_id
    FROM run_endings
    ARRAY JOIN arrayConcat(
      [${pointSql("pipeline_runs_total", ofRun, "1")}],
      if(is_backfill OR status = 'skipped', [], [${pointSql(
        "pipeline_run_duration_seconds_bucket",
        { ...ofRun, le: bucketOfSql("duration_s", runDurationBoundsS) },
        "duration_s",
      )}])) AS point
    WHERE counted_at = ${timeSql("at")}
    UNION ALL
    SELECT 'pipeline_stage_duration_seconds_bucket',
           ${labelsSql({ ...ofStage, le: bucketOfSql("duration_s", runDurationBoundsS) })}, ended_at, duration_s, trace_id
    FROM stage_increments
    WHERE counted_at = ${timeSql("at")} AND ended = 1 AND NOT is_backfill
  )
  LIMIT 1 BY metric, labels`;
