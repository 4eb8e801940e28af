import { metricNameLabel, type Matcher } from "@sightglass/promql";
import type { QueryParam } from "../store/store.ts";

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

const dayMs = 86_400_000;
/** The engine's days end in 2149. */
const lastDay = 65_535;

/** Longest stretch of time in one row of `sample_chunks`. */
export const chunkMs = 30 * 60_000;

/** The engine's times end in 2299; queries may ask for any. */
export function clampTimeMs(timeMs: number): number {
  return Math.min(Math.max(Math.floor(timeMs), -2_208_988_800_000), 10_413_791_999_000);
}

/** A series seen on a day has a row for it, or for the day after when it was received over midnight. */
export const seriesDaySql = "day >= toDate({sinceDay:UInt16})";

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
  return `SELECT series_id, time, value${columns.starts ? ", start_time" : ""} ${rowsSql(selector)}
    UNION ALL
    SELECT series_id, time, value${columns.starts ? ", start_time" : ""} FROM (
      SELECT series_id, times, values${columns.starts ? ", start_times" : ""} ${chunksSql(selector)})
    ARRAY JOIN times AS time, values AS value${columns.starts ? ", start_times AS start_time" : ""}
    WHERE ${inTimeSql}`;
}

const inTimeSql = `time > ${timeSql("afterMs")} AND time <= ${timeSql("untilMs")}`;

/** FROM and WHERE of the samples that are not folded. */
export const rowsSql = (selector: SelectorSql): string =>
  `FROM recent_samples WHERE ${ofSelectorSql(selector)} AND ${inTimeSql}`;

/** FROM and WHERE of the chunks that may have samples in the time; some of theirs may lie before it or after. */
export const chunksSql = (selector: SelectorSql): string =>
  `FROM sample_chunks WHERE ${ofSelectorSql(selector)} AND ${seriesDaySql}
    AND chunk_start > ${timeSql("chunkAfterMs")} AND chunk_start <= ${timeSql("untilMs")}`;

/** About how many samples a selector has. */
export const sampleCountSql = (selector: SelectorSql): string =>
  `(SELECT count() ${rowsSql(selector)}) + (SELECT sum(length(times)) ${chunksSql(selector)})`;

/** Bindings of `samplesSql` and of everything else that speaks of the same time. */
export function timeParams(range: { afterMs: number; untilMs: number }): Record<string, QueryParam> {
  const [afterMs, untilMs] = [clampTimeMs(range.afterMs), clampTimeMs(range.untilMs)];
  // The engine's days begin in 1970, and one before that would be far in the future.
  const sinceDay = Math.min(Math.max(Math.floor(afterMs / dayMs) - 1, 0), lastDay);
  return { afterMs, untilMs, chunkAfterMs: clampTimeMs(afterMs - chunkMs), sinceDay };
}

/**
 * A selector by ranges of series ids, which are hashes, so that each has about as many samples: what is read lies in memory
 * several times until it is taken apart.
 */
export function inPieces(selector: SelectorSql, count: number): SelectorSql[] {
  const boundAt = (piece: number): bigint => (2n ** 64n * BigInt(piece)) / BigInt(count);
  return Array.from({ length: count }, (_unused, piece) => {
    const upper = piece + 1 === count ? "" : ` AND series_id < ${boundAt(piece + 1)}`;
    return { ...selector, metric: `${selector.metric} AND series_id >= ${boundAt(piece)}${upper}` };
  });
}
