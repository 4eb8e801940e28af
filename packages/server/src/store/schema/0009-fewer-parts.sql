-- An insert of spans costs by its views and their parts (benchmarks/README.md, Recorded): the ledger's count of spans is made by
-- the view that counts calls, and that view groups once. Rows that fall together are added up when their part is written.
ALTER TABLE {local span_calls} {on_cluster}
    -- Calls that were received here, not by a Collector: together with the table ledger, half of the ledger.
    ADD COLUMN IF NOT EXISTS received SimpleAggregateFunction(sum, UInt64)
;
ALTER TABLE span_calls {on_cluster} ADD COLUMN IF NOT EXISTS received SimpleAggregateFunction(sum, UInt64)
;
DROP VIEW IF EXISTS ledger_from_spans_mv {on_cluster}
;
DROP VIEW IF EXISTS span_calls_mv {on_cluster}
;
CREATE MATERIALIZED VIEW IF NOT EXISTS span_calls_mv {on_cluster} TO {local span_calls} AS
SELECT service, if(is_overflow, '', span_name) AS name,
       service IN (SELECT service FROM span_names_kept)
         AND (service, span_name) NOT IN (SELECT service, name FROM span_names_kept) AS is_overflow,
       kind, status_code, above_ns, group_calls AS calls, group_ns AS duration_ns, now64(3) AS first_seen, now64(3) AS last_seen,
       last AS exemplar, group_received AS received
FROM
(
    SELECT service, toString(name) AS span_name, kind, status_code,
           roundDown(toUInt64(greatest(duration_ns - 1, 0)),
             [0, 2000000, 4000000, 6000000, 8000000, 10000000, 16000000, 32000000, 50000000, 64000000, 100000000,
              128000000, 200000000, 256000000, 400000000, 512000000, 800000000, 1000000000, 1024000000,
              1400000000, 2000000000, 2048000000, 4096000000, 5000000000, 8192000000, 10000000000, 15000000000,
              16384000000]) AS above_ns,
           count() AS group_calls, countIf(NOT by_collector) AS group_received, sum(greatest(duration_ns, 0)) AS group_ns,
           anyLast((toUnixTimestamp64Milli(start_time), trace_id, span_id, duration_ns)) AS last
    FROM {local spans}
    GROUP BY service, name, kind, status_code, above_ns
)
;
