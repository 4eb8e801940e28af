import { metricNameLabel, type Matcher } from "@sightglass/promql";
import type { QueryParam } from "../store/store.ts";

/** A condition and the values bound into it. */
export interface SqlCondition {
  readonly sql: string;
  readonly params: Readonly<Record<string, QueryParam>>;
}

/** What the matchers of a selector say, in SQL. */
export interface SelectorSql {
  /** On the column `metric`, which every metrics table has: the beginning of their order. */
  readonly metric: string;
  /** On the table `series`, in full. */
  readonly series: string;
  /** The matchers name labels besides the metric name, so that not all series of the metric match. */
  readonly byLabels: boolean;
  readonly params: Readonly<Record<string, QueryParam>>;
}

/**
 * Matchers as conditions. A label that is missing is "", which is what a Map answers, so a matcher that matches the empty
 * string needs no case of its own. Regular expressions are RE2's, anchored at both ends, and `.` matches newlines.
 */
export function selectorSql(matchers: readonly Matcher[]): SelectorSql {
  const params: Record<string, QueryParam> = {};
  const onMetric: string[] = [];
  const onLabels: string[] = [];
  matchers.forEach(({ name, operator, value }, index) => {
    const isRegex = operator === "=~" || operator === "!~";
    params[`matcher${index}`] = isRegex ? `(?s)^(?:${value})$` : value;
    const bound = `{matcher${index}:String}`;
    let column = "metric";
    if (name !== metricNameLabel) {
      params[`label${index}`] = name;
      column = `labels[{label${index}:String}]`;
    }
    const positive = isRegex ? `match(${column}, ${bound})` : `${column} = ${bound}`;
    const condition = operator === "!=" || operator === "!~" ? `NOT (${positive})` : positive;
    (name === metricNameLabel ? onMetric : onLabels).push(condition);
  });
  const metric = onMetric.length === 0 ? "1" : onMetric.join(" AND ");
  return { metric, series: [metric, ...onLabels].join(" AND "), byLabels: onLabels.length > 0, params };
}

/** Times as the engine compares them. */
export const timeSql = (parameter: string): string => `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`;

/** Longest stretch of time in one row of `sample_chunks`. */
export const chunkMs = 30 * 60_000;

/** The engine's times end in 2299; queries may ask for any. */
export function clampTimeMs(timeMs: number): number {
  return Math.min(Math.max(Math.floor(timeMs), -2_208_988_800_000), 10_413_791_999_000);
}

/** A series seen on a day has a row for it, or for the day after when it was received over midnight. */
export const seriesDaySql = `day >= toDate(${timeSql("afterMs")}) - 1`;

/** Rows of any metrics table that belong to the selector. */
export function ofSelectorSql(selector: SelectorSql): string {
  if (!selector.byLabels) return selector.metric;
  return `${selector.metric} AND series_id IN (SELECT series_id FROM series WHERE ${selector.series} AND ${seriesDaySql})`;
}

/**
 * The float samples of a selector with `afterMs < time <= untilMs`, one row each: those not yet folded, then the chunks.
 * The order matters: what the folding takes out of `samples` between the two is in the chunks by then.
 */
export function samplesSql(selector: SelectorSql, columns: { starts: boolean }): string {
  const [after, until] = [timeSql("afterMs"), timeSql("untilMs")];
  const inTime = `time > ${after} AND time <= ${until}`;
  const which = ofSelectorSql(selector);
  return `SELECT series_id, time, value${columns.starts ? ", start_time" : ""} FROM recent_samples WHERE ${which} AND ${inTime}
    UNION ALL
    SELECT series_id, time, value${columns.starts ? ", start_time" : ""} FROM (
      SELECT series_id, times, values${columns.starts ? ", start_times" : ""} FROM sample_chunks
      WHERE ${which} AND day >= toDate(${after}) - 1
        AND chunk_start > ${timeSql("chunkAfterMs")} AND chunk_start <= ${until})
    ARRAY JOIN times AS time, values AS value${columns.starts ? ", start_times AS start_time" : ""}
    WHERE ${inTime}`;
}

/** Bindings of `samplesSql` and of everything else that speaks of the same time. */
export function timeParams(range: { afterMs: number; untilMs: number }): Record<string, QueryParam> {
  const [afterMs, untilMs] = [clampTimeMs(range.afterMs), clampTimeMs(range.untilMs)];
  return { afterMs, untilMs, chunkAfterMs: afterMs - chunkMs };
}
