import { limits } from "../model/limits.ts";
import { traceIdSet } from "../store/id-sets.ts";
import type { Store } from "../store/store.ts";
import { storedRange } from "./stored-time.ts";

export interface Dependency {
  parent: string;
  child: string;
  callCount: number;
}

/**
 * Which service called which, counted from spans whose parent is of another service. Only traces that more than one
 * service took part in are read, and of those at most limits.dependencyTracesMax, the newest.
 */
export async function listDependencies(
  store: Store,
  range: { startNs: bigint; endNs: bigint; signal?: AbortSignal },
): Promise<Dependency[]> {
  const options = range.signal === undefined ? {} : { signal: range.signal };
  const { startNs, endNs } = storedRange(range);
  const traces = await store.query<{ traceId: string; startNs: string; endNs: string }>(
    `SELECT lower(hex(trace_id)) AS traceId, toString(toUnixTimestamp64Nano(min(t.start_time))) AS startNs,
       toString(toUnixTimestamp64Nano(max(t.end_time))) AS endNs
     FROM traces AS t
     WHERE t.end_time >= fromUnixTimestamp64Nano(toInt64({startNs:String}), 'UTC')
       AND t.start_time <= fromUnixTimestamp64Nano(toInt64({endNs:String}), 'UTC')
     GROUP BY trace_id
     HAVING length(groupUniqArrayArray(t.services)) > 1
     ORDER BY min(t.start_time) DESC
     LIMIT {traces:UInt32}`,
    {
      ...options,
      params: {
        startNs: startNs.toString(),
        endNs: endNs.toString(),
        traces: limits.dependencyTracesMax.value,
      },
    },
  );
  if (traces.length === 0) return [];
  const startsNs = traces.map((trace) => BigInt(trace.startNs));
  const endsNs = traces.map((trace) => BigInt(trace.endNs));
  return store.query(dependenciesSql, {
    ...options,
    params: {
      traceIds: traces.map((trace) => trace.traceId),
      fromNs: startsNs.reduce((a, b) => (a < b ? a : b)).toString(),
      toNs: endsNs.reduce((a, b) => (a > b ? a : b)).toString(),
    },
  });
}

const spansOfTraces = `
  FROM spans
  WHERE trace_id IN ${traceIdSet("traceIds")}
    AND toStartOfHour(start_time) >= toStartOfHour(fromUnixTimestamp64Nano(toInt64({fromNs:String}), 'UTC'))
    AND toStartOfHour(start_time) <= toStartOfHour(fromUnixTimestamp64Nano(toInt64({toNs:String}), 'UTC'))`;

const dependenciesSql = `
  SELECT p.service AS parent, c.service AS child, toUInt32(count()) AS callCount
  FROM (SELECT trace_id, parent_span_id, service ${spansOfTraces} AND parent_span_id != toFixedString('', 8)) AS c
  GLOBAL INNER JOIN (SELECT trace_id, span_id, service ${spansOfTraces}) AS p
    ON c.trace_id = p.trace_id AND c.parent_span_id = p.span_id
  WHERE p.service != c.service
  GROUP BY parent, child
  ORDER BY parent, child`;
