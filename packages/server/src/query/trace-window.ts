import type { QueryParam, Store } from "../store/store.ts";

/** Where a trace lies in the table `spans`: enough to read it as one short range. */
export interface TraceWindow {
  traceId: string;
  /** Nanoseconds since the Unix epoch: the earliest start, and the latest start or end. */
  startNs: bigint;
  endNs: bigint;
  /** Days of receipt, `YYYY-MM-DD`: the partitions to look in. */
  firstDay: string;
  lastDay: string;
}

interface Row {
  start: string;
  end: string;
  day: string;
}

/** The window of a trace, or null when no span of it is stored. `traceId` is 32 lower-case digits. */
export async function findTraceWindow(
  store: Store,
  traceId: string,
  options: { signal?: AbortSignal } = {},
): Promise<TraceWindow | null> {
  const rows = await store.query<Row>(windowSql, { ...options, params: { traceId } });
  if (rows.length === 0) return null;
  const starts = rows.map((row) => BigInt(row.start));
  // A span whose end lies before its start: its trace may end before its last start.
  const times = [...starts, ...rows.map((row) => BigInt(row.end))];
  const days = rows.map((row) => row.day).sort();
  return {
    traceId,
    startNs: starts.reduce((a, b) => (a < b ? a : b)),
    endNs: times.reduce((a, b) => (a > b ? a : b)),
    firstDay: days.at(0) ?? "",
    lastDay: days.at(-1) ?? "",
  };
}

/** A row for each insert whose parts are not merged yet; to put them together here is a third cheaper than there. */
const windowSql = `
  SELECT toString(toUnixTimestamp64Nano(t.start_time)) AS start, toString(toUnixTimestamp64Nano(t.end_time)) AS end, day
  FROM traces AS t
  WHERE trace_id = toFixedString(unhex({traceId:String}), 16)`;

/**
 * The condition on `spans` that holds for a window's spans, and its parameters. The hours are said as well: the engine
 * does not derive the first column of the table's key from the start times.
 */
export const inTraceWindowSql = `trace_id = toFixedString(unhex({traceId:String}), 16)
    AND toDate(received_at) >= {firstDay:Date} AND toDate(received_at) <= {lastDay:Date}
    AND ${inTimeRangeSql({ fromNs: "startNs", toNs: "endNs" })}`;

/** A range of start times, both ends included; the arguments name String parameters that hold nanoseconds. */
export function inTimeRangeSql({ fromNs, toNs }: { fromNs: string; toNs: string }): string {
  const [from, to] = [timeSql(fromNs), timeSql(toNs)];
  return `toStartOfHour(start_time) >= toStartOfHour(${from}) AND toStartOfHour(start_time) <= toStartOfHour(${to})
    AND start_time >= ${from} AND start_time <= ${to}`;
}

/** A String parameter that holds nanoseconds since the Unix epoch, as a time. */
export function timeSql(parameter: string): string {
  return `fromUnixTimestamp64Nano(toInt64({${parameter}:String}), 'UTC')`;
}

export function traceWindowParams(window: TraceWindow): Record<string, QueryParam> {
  return {
    traceId: window.traceId,
    firstDay: window.firstDay,
    lastDay: window.lastDay,
    startNs: window.startNs.toString(),
    endNs: window.endNs.toString(),
  };
}
