-- Rows that a Collector wrote to tables of its own (store/collector-tables.ts): never received here, so no part of the ledger.
ALTER TABLE {local spans} {on_cluster} ADD COLUMN IF NOT EXISTS by_collector Bool DEFAULT false
;
ALTER TABLE spans {on_cluster} ADD COLUMN IF NOT EXISTS by_collector Bool DEFAULT false
;
ALTER TABLE {local logs} {on_cluster} ADD COLUMN IF NOT EXISTS by_collector Bool DEFAULT false
;
ALTER TABLE logs {on_cluster} ADD COLUMN IF NOT EXISTS by_collector Bool DEFAULT false
;
-- Made anew rather than changed: of ALTER on a view over a replicated table a cluster carries out one replica's only.
DROP VIEW IF EXISTS ledger_from_spans_mv {on_cluster}
;
CREATE MATERIALIZED VIEW IF NOT EXISTS ledger_from_spans_mv {on_cluster} TO {local ledger} AS
SELECT 'spans' AS signal, count() AS stored FROM {local spans} WHERE NOT by_collector GROUP BY signal
;
DROP VIEW IF EXISTS ledger_from_logs_mv {on_cluster}
;
CREATE MATERIALIZED VIEW IF NOT EXISTS ledger_from_logs_mv {on_cluster} TO {local ledger} AS
SELECT 'logs' AS signal, count() AS stored FROM {local logs} WHERE NOT by_collector GROUP BY signal
;
