import { limits } from "../model/limits.ts";
import type { Store } from "./store.ts";

/** The last sample of a series that sums deltas. */
export interface SummedSeries {
  low: number;
  high: number;
  value: number;
  timeMs: number;
  startMs: number;
}

const chunkDays = 60;
const idSql = "toUInt32(bitAnd(series_id, 4294967295)) AS low, toUInt32(bitShiftRight(series_id, 32)) AS high";
/** Once, at the start. */
const wide = { rowsMax: limits.seriesKnownMax.value, timeoutMs: 120_000 };

/** Where each series that sums deltas stands; those without a sample for `chunkDays` days begin anew. */
export async function readSummedSeries(store: Store): Promise<SummedSeries[]> {
  const which = `(metric, series_id) IN (SELECT metric, series_id FROM series WHERE is_summed AND day >= today() - ${chunkDays})`;
  const rows = await store.query<Omit<SummedSeries, "value"> & { value: number | string }>(
    `SELECT ${idSql}, argMax(value, time) AS value, max(toUnixTimestamp64Milli(time)) AS timeMs,
            argMax(toUnixTimestamp64Milli(start_time), time) AS startMs
     FROM (
       SELECT series_id, time, value, start_time FROM recent_samples WHERE ${which}
       UNION ALL
       SELECT series_id, times[-1], values[-1], start_times[-1] FROM sample_chunks
       WHERE day >= today() - ${chunkDays} AND ${which})
     GROUP BY series_id`,
    wide,
  );
  return rows.map((row) => ({ ...row, value: Number(row.value) }));
}

/** The last sample of each series that sums native histograms, in protobuf. */
export async function readSummedHistograms(
  store: Store,
): Promise<{ low: number; high: number; histogram: Uint8Array }[]> {
  const rows = await store.query<{ low: number; high: number; hex: string }>(
    `SELECT ${idSql}, hex(argMax(histogram, time)) AS hex FROM histogram_samples
     WHERE received_at >= now() - toIntervalDay(${chunkDays}) AND (metric, series_id) IN (
       SELECT metric, series_id FROM series WHERE is_summed AND day >= today() - ${chunkDays})
     GROUP BY series_id`,
    wide,
  );
  return rows.map(({ hex, ...id }) => ({ ...id, histogram: Buffer.from(hex, "hex") }));
}

/** The marks of the requests with deltas that were stored lately, oldest first (decode/metrics/point-writer.ts). */
export function readRequestMarks(store: Store): Promise<{ low: number; high: number }[]> {
  return store.query(
    `SELECT ${idSql} FROM (
       SELECT series_id, max(received_at) AS seen_at FROM recent_samples WHERE metric = ''
       GROUP BY series_id ORDER BY seen_at DESC LIMIT ${limits.repeatedRequestsMax.value})
     ORDER BY seen_at`,
    wide,
  );
}
