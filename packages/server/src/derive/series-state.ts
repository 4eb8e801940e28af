import { limits } from "../model/limits.ts";
import type { QueryOptions, QueryParam, Store } from "../store/store.ts";
import { gridMs } from "./grid.ts";
import { patient } from "./patient.ts";
import { seriesIdSql, timeSql } from "./points-sql.ts";

/** Something that series are derived from. */
export interface Source {
  /** Key of its rows in `derived_series`. */
  readonly name: string;
  /**
   * What the amounts of its points are: `increment` what was added since the source was advanced last, `total` counters as
   * they stand, `gauge` values.
   */
  readonly kind: "increment" | "total" | "gauge";
  /**
   * SELECT of metric, labels, amount. `{at:Int64}` is the grid point, `{since:Int64}` the one at which the source was
   * advanced last. Points of the same series are added up.
   */
  readonly points: string;
  /** Bound into `points`. */
  readonly params?: Readonly<Record<string, QueryParam>>;
  /** A condition on `derived_series` that says which series go on without a point, as they are. Default: none. */
  readonly carried?: string;
}

/** A grid point, in milliseconds since the Unix epoch, and how many series a metric may have: a histogram counts as one. */
interface Grid {
  atMs: number;
  seriesMax?: number;
}

/**
 * Moves the series of a source on to a grid point: one INSERT, so it happens whole or not at all, and only from an earlier
 * grid point, so repeating it changes nothing. The first time, what the store holds already is where counters begin, not growth.
 */
export async function advance(
  store: Store,
  source: Source,
  { atMs, seriesMax = limits.derivedSeriesMax.value }: Grid,
): Promise<void> {
  const { name, kind, params, carried = "false" } = source;
  const sinceMs = await advancedUntilMs(store, name);
  const points = `${kind === "increment" ? withinLimit(source.points) : source.points} UNION ALL ${markerSql}`;
  const options = { params: { ...params, at: atMs, source: name, since: sinceMs, seriesMax }, ...patient };
  await nameSeries(store, points, options);
  const at = timeSql("at");
  await store.execute(
    `INSERT INTO derived_series (source, metric, series_id, value, prior, started_at, grown_at, sampled_at)
     SETTINGS insert_deduplication_token = 'derived-${name}-${atMs}'
     SELECT {source:String}, metric, series_id, ${valueSql[kind]} AS value,
            ${kind === "gauge" || sinceMs === 0 ? "NULL" : priorSql} AS prior,
            if(is_new, ${at} - toIntervalMillisecond(${gridMs}), started) AS started_at,
            if(is_new OR value != before, ${at}, grown) AS grown_at, ${at} AS sampled_at
     FROM (
       SELECT series_id, any(metric) AS metric, sum(amount) AS now, sum(state) AS before, max(state_at) AS before_at,
              max(state_started) AS started, max(state_grown) AS grown,
              toUnixTimestamp64Milli(before_at) = 0 AS is_new, max(has_point) AS is_told, max(is_wanted) AS is_going_on
       FROM (
         SELECT ${seriesIdSql} AS series_id, metric, amount, 0. AS state, ${epochSql} AS state_at,
                ${epochSql} AS state_started, ${epochSql} AS state_grown, true AS has_point, true AS is_wanted
         FROM (${points})
         UNION ALL
         SELECT series_id, toString(metric), 0., value, sampled_at, started_at, grown_at, false, ${carried}
         FROM derived_series FINAL WHERE source = {source:String}
       )
       GROUP BY series_id
     )
     WHERE is_going_on AND before_at < ${at}`,
    options,
  );
}

/** Tells that a source was advanced, also one that has no series yet. */
export const markerMetric = "sightglass_derived_timestamp_seconds";

/** What a series is now, from its points (`now`) and what it was (`before`). */
const valueSql: Record<Source["kind"], string> = {
  increment: `if(metric = '${markerMetric}', now, before + now)`,
  total: "if(is_told, now, before)",
  gauge: "now",
};

/** Keeps the labels of series that are new. Done before they have a state, so that none is without a name. */
async function nameSeries(store: Store, points: string, options: QueryOptions): Promise<void> {
  await store.execute(
    `INSERT INTO derived_labels (source, series_id, metric, labels, is_counted, pipeline)
     SELECT {source:String}, series_id, metric, labels, labels['le'] IN ('', '+Inf'), labels['pipeline']
     FROM (SELECT metric, labels, ${seriesIdSql} AS series_id FROM (${points}))
     WHERE series_id NOT IN (SELECT series_id FROM derived_labels WHERE source = {source:String})
     LIMIT 1 BY series_id`,
    options,
  );
}

/**
 * Points of series that would be too many for their metric, under one series of it. Those that are there stay; of several
 * that are new at once the first by their labels get the room that is left. Only of these, few as a rule, the labels are made
 * a text to compare.
 */
const withinLimit = (points: string): string => `
  SELECT metric, if(is_known OR place + known <= {seriesMax:UInt64}, labels, ${overflowLabels}) AS labels, amount
  FROM (
    SELECT metric, labels, amount, known, is_known,
           dense_rank() OVER (PARTITION BY metric, is_known ORDER BY if(is_known, '', toString(${withoutLe}))) AS place
    FROM (
      SELECT metric, labels, amount,
             ${seriesIdSql} IN (SELECT series_id FROM derived_labels WHERE source = {source:String}) AS is_known
      FROM (${points})
    ) AS points
    LEFT JOIN (
      SELECT toString(metric) AS known_metric, uniqExactIf(series_id, is_counted) AS known
      FROM derived_labels WHERE source = {source:String} GROUP BY known_metric
    ) AS states ON known_metric = metric
  )`;
const withoutLe = "mapFilter((name, text) -> name != 'le', labels)";
const overflowLabels = "mapUpdate(mapFilter((name, text) -> name = 'le', labels), map('otel_metric_overflow', 'true'))";

const epochSql = "fromUnixTimestamp64Milli(toInt64(0), 'UTC')";

const markerSql = `SELECT '${markerMetric}', map('source', {source:String}), {at:Int64} / 1000`;

/** Marks sources as advanced to a grid point at which none of them had a series: what they have later is growth from zero. */
export async function begin(store: Store, sources: readonly string[], atMs: number): Promise<void> {
  const at = timeSql("at");
  await store.execute(
    `INSERT INTO derived_series (source, metric, series_id, value, prior, started_at, grown_at, sampled_at)
     SELECT source, metric, ${seriesIdSql}, {at:Int64} / 1000, NULL, ${at}, ${at}, ${at}
     FROM (SELECT arrayJoin({sources:Array(String)}) AS source, '${markerMetric}' AS metric, map('source', source) AS labels)`,
    { params: { sources, at: atMs }, ...patient },
  );
}

/** What the series was at the grid point before, where it was not sampled there. */
const priorSql = `multiIf(metric = '${markerMetric}', NULL, is_new, 0., before_at < ${timeSql("at")} - toIntervalMillisecond(${gridMs}), before, NULL)`;

/** The last grid point that a source, or any source, was moved on to; 0 for none. */
export async function advancedUntilMs(store: Store, source?: string): Promise<number> {
  const [row] = await store.query<{ atMs: number }>(
    `SELECT toUnixTimestamp64Milli(max(sampled_at)) AS atMs FROM derived_series
     ${source === undefined ? "" : "WHERE source = {source:String}"}`,
    source === undefined ? {} : { params: { source } },
  );
  return row?.atMs ?? 0;
}

/**
 * Writes the samples of a grid point, as the state has them, and what a query finds them by. Under a token, so that it may
 * be done again after a crash. Series first: who finds samples finds their labels.
 * @param about.isFirst of its day, or after a start: then all series are looked at, else those that are new or come again
 */
export async function publish(store: Store, { atMs, isFirst }: { atMs: number; isFirst: boolean }): Promise<void> {
  const at = timeSql("at");
  const options = { params: { at: atMs }, ...patient };
  const isNews = `(isNotNull(prior) OR started_at >= ${at} - toIntervalMillisecond(${gridMs}))`;
  const isUnknown = `series_id NOT IN (
    SELECT series_id FROM series
    WHERE day = toDate(${at}) AND metric IN (SELECT DISTINCT metric FROM derived_labels))`;
  await store.execute(
    `INSERT INTO series (day, metric, series_id, labels, is_summed)
     SELECT toDate(${at}), metric, series_id, labels, false
     FROM derived_labels
     WHERE series_id IN (SELECT series_id FROM derived_series WHERE sampled_at = ${at} ${isFirst ? "" : `AND ${isNews}`})
       ${isFirst ? `AND ${isUnknown}` : ""}`,
    options,
  );
  await store.execute(
    `INSERT INTO samples (received_at, metric, series_id, time, value, start_time, is_derived)
     SETTINGS insert_deduplication_token = 'derived-samples-${atMs}'
     SELECT ${at}, metric, series_id, point.1, point.2, started_at, true
     FROM derived_series
     ARRAY JOIN arrayConcat(
       if(isNull(prior), [], [(${at} - toIntervalMillisecond(${gridMs}), assumeNotNull(prior))]), [(${at}, value)]) AS point
     WHERE sampled_at = ${at}`,
    options,
  );
}
