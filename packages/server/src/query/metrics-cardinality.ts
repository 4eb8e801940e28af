import type { Store } from "../store/store.ts";

export interface NamedCount {
  name: string;
  value: number;
}

/** How many series there are, and of what; of the last day or two. */
export interface Cardinality {
  seriesCount: number;
  labelPairCount: number;
  /** The oldest and the newest sample; undefined when there is none. */
  minTimeMs: number | undefined;
  maxTimeMs: number | undefined;
  seriesByMetric: NamedCount[];
  valuesByLabel: NamedCount[];
  bytesByLabel: NamedCount[];
  seriesByPair: NamedCount[];
}

const recentSql = "day >= toDate(fromUnixTimestamp64Milli({nowMs:Int64}, 'UTC')) - 1";

/** @param limit entries of each list */
export async function readCardinality(
  store: Store,
  { nowMs, limit, signal }: { nowMs: number; limit: number; signal?: AbortSignal },
): Promise<Cardinality> {
  const options = { params: { nowMs, limit }, ...(signal === undefined ? {} : { signal }) };
  const top = (sql: string) =>
    store.query<NamedCount>(`${sql} ORDER BY value DESC, name LIMIT {limit:UInt32}`, options);
  const pairs = `(SELECT DISTINCT series_id, CAST(labels, 'Map(String, String)') AS labels FROM series WHERE ${recentSql})
    ARRAY JOIN mapKeys(labels) AS label, mapValues(labels) AS text`;
  const [totals, times, seriesByMetric, valuesByLabel, bytesByLabel, seriesByPair] = await Promise.all([
    store.query<{ series: number; pairs: number }>(
      `SELECT (SELECT uniqExact(series_id) FROM series WHERE ${recentSql}) AS series,
        (SELECT uniqExact(label, text) FROM ${pairs}) AS pairs`,
      options,
    ),
    store.query<{ low: number; high: number; rows: number }>(
      `SELECT min(low) AS low, max(high) AS high, sum(rows) AS rows FROM (
         SELECT toUnixTimestamp64Milli(min(time)) AS low, toUnixTimestamp64Milli(max(time)) AS high, count() AS rows
         FROM recent_samples HAVING rows > 0
         UNION ALL
         SELECT toInt64(toUnixTimestamp(min(chunk_start))) * 1000 AS low,
           toInt64(toUnixTimestamp(max(chunk_start)) + 1800) * 1000 AS high, count() AS rows
         FROM sample_chunks HAVING rows > 0)`,
      options,
    ),
    top(
      `SELECT CAST(metric, 'String') AS name, uniqExact(series_id) AS value FROM series WHERE ${recentSql} GROUP BY name`,
    ),
    top(`SELECT label AS name, uniqExact(text) AS value FROM ${pairs} GROUP BY name`),
    top(`SELECT label AS name, sum(length(text)) AS value FROM ${pairs} GROUP BY name`),
    top(`SELECT concat(label, '=', text) AS name, count() AS value FROM ${pairs} GROUP BY name`),
  ]);
  const [total] = totals;
  const [time] = times;
  const hasSamples = time !== undefined && time.rows > 0;
  return {
    seriesCount: total?.series ?? 0,
    labelPairCount: total?.pairs ?? 0,
    minTimeMs: hasSamples ? time.low : undefined,
    maxTimeMs: hasSamples ? time.high : undefined,
    seriesByMetric,
    valuesByLabel,
    bytesByLabel,
    seriesByPair,
  };
}
