import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import { patient } from "./patient.ts";
import { histogramSql, pointSql, timeSql } from "./points-sql.ts";
import type { Source } from "./series-state.ts";

/** Tempo's default bounds: 0.1 s to 12.8 s, each twice the one before. */
export const callBoundsS = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8] as const;

const bounds = `[${[...callBoundsS.map(String), "inf"].join(", ")}]`;
const bucketsOf = (side: string) =>
  `sumForEach(arrayMap(bound -> toUInt64(has_${side} AND ${side}_ns <= bound * 1e9), ${bounds}))`;

/** `at` less the time in which the other side of a call may still come. */
const waitedSql = `(${timeSql("at")} - toIntervalMillisecond(${limits.callSideWaitMs.value}))`;
/** Callers up to here were counted at the last grid point that had any. */
const doneSql = `(SELECT greatest(max(counted_at), ${timeSql("at")} - toIntervalHour(1))
  - toIntervalMillisecond(${limits.callSideWaitMs.value}) FROM call_increments)`;

/**
 * Counts the calls whose time to find their other side is over, once: each caller lies in one stretch of time of insertion,
 * and stretches follow one another. A caller pairs with a server below it, or a consumer below or linked to it, in the same
 * trace. Without one it counts when it says who its peer is; a server without a parent was called by `user`.
 */
export async function collectCalls(store: Store, atMs: number): Promise<void> {
  const inStretch = `inserted_at > ${doneSql} AND inserted_at <= ${waitedSql}`;
  await store.execute(
    `INSERT INTO call_increments
     SETTINGS insert_deduplication_token = 'derived-calls-${atMs}'
     SELECT ${timeSql("at")}, client, server, connection_type, count(), countIf(failed),
            ${bucketsOf("client")}, sumIf(client_ns, has_client) / 1e9,
            ${bucketsOf("server")}, sumIf(server_ns, has_server) / 1e9
     FROM (
       SELECT caller.service AS client, has_server ? callee.service : caller.peer AS server,
              multiIf(caller.kind = 4, 'messaging_system', has_server, '', is_database, 'database', 'virtual_node')
                AS connection_type,
              caller.is_failed OR callee.is_failed AS failed,
              true AS has_client, callee.service != '' AS has_server,
              caller.duration_ns AS client_ns, callee.duration_ns AS server_ns
       FROM (SELECT * FROM call_sides WHERE kind IN (3, 4) AND ${inStretch}) AS caller
       LEFT JOIN (
         SELECT trace_id, arrayJoin(caller_ids) AS caller_id, if(kind = 2, 3, 4) AS caller_kind, service, is_failed,
                duration_ns
         FROM call_sides
         WHERE kind IN (2, 5) AND inserted_at > ${doneSql} - toIntervalMillisecond(${limits.callSideWaitMs.value})
       ) AS callee
       ON callee.trace_id = caller.trace_id AND callee.caller_id = caller.span_id AND callee.caller_kind = caller.kind
       WHERE server != ''
       UNION ALL
       SELECT 'user', service, 'virtual_node', is_failed, false, true, 0, duration_ns
       FROM call_sides WHERE kind = 2 AND is_root AND ${inStretch}
     )
     GROUP BY client, server, connection_type`,
    { params: { at: atMs }, ...patient },
  );
}

const ofCall = { client: "client", server: "server", connection_type: "connection_type" };
const side = (name: "client" | "server") =>
  histogramSql({
    metric: `traces_service_graph_request_${name}_seconds`,
    labels: ofCall,
    bounds: callBoundsS,
    buckets: `${name}_buckets`,
    sum: `${name}_seconds`,
  });

/** Counters of the edges between services. An edge without calls for long ends. */
export const callCounters: Source = {
  name: "calls",
  kind: "increment",
  points: `
    SELECT point.1 AS metric, point.2 AS labels, point.3 AS amount
    FROM call_increments
    ARRAY JOIN arrayConcat(
      [${pointSql("traces_service_graph_request_total", ofCall, "calls")},
       ${pointSql("traces_service_graph_request_failed_total", ofCall, "failed")}],
      ${side("client")},
      ${side("server")}) AS point
    WHERE counted_at > ${timeSql("since")} AND counted_at <= ${timeSql("at")}`,
  carried: `grown_at > ${timeSql("at")} - toIntervalMillisecond(${limits.derivedIdleMs.value})`,
};
