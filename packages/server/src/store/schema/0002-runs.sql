-- What the fold writes: the newest version of each run and stage wins.

CREATE TABLE IF NOT EXISTS {local runs} {on_cluster}
(
    run_id               String,
    version              UInt64,
    -- A run found by its stages goes away when its run span arrives and says another id.
    is_deleted           UInt8 DEFAULT 0,
    pipeline             LowCardinality(String),
    status               LowCardinality(String),
    -- Airflow, Prefect, dbt, sdk or otel: where the rules found the run.
    origin               LowCardinality(String),
    partition            String,
    logical_date         Nullable(DateTime64(3, 'UTC')),
    is_backfill          Bool,
    started_at           DateTime64(3, 'UTC'),
    ended_at             Nullable(DateTime64(3, 'UTC')),
    -- The newest sign of life: a span's end, an announcement or a heartbeat.
    last_seen_at         DateTime64(3, 'UTC'),
    duration_ms          Nullable(Float64),
    -- Time in which no stage was at work.
    wait_ms              Nullable(Float64),
    trace_id             String,
    service              LowCardinality(String),
    stage_count          UInt32,
    stages_failed        UInt32,
    attempts             UInt32,
    records_read         Nullable(Int64),
    records_written      Nullable(Int64),
    records_failed       Nullable(Int64),
    records_filtered     Nullable(Int64),
    records_deduplicated Nullable(Int64),
    records_unexplained  Nullable(Int64),
    bytes                Nullable(Int64),
    error_type           String,
    error_message        String,
    -- JSON of what only the run page shows (fold/row.ts RunDetail).
    detail               String CODEC(ZSTD(1)),
    updated_at           DateTime64(3, 'UTC'),
    INDEX trace_id_index trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {ReplacingMergeTree(version, is_deleted)}
ORDER BY run_id
;
{distributed runs by cityHash64(run_id)}
;

CREATE TABLE IF NOT EXISTS {local stages} {on_cluster}
(
    run_id               String,
    stage_id             String,
    version              UInt64,
    -- A later fold may see that a stage belongs to another run.
    is_deleted           UInt8 DEFAULT 0,
    pipeline             LowCardinality(String),
    name                 LowCardinality(String),
    parent_id            String,
    status               LowCardinality(String),
    started_at           DateTime64(6, 'UTC'),
    ended_at             Nullable(DateTime64(6, 'UTC')),
    duration_ms          Nullable(Float64),
    wait_ms              Nullable(Float64),
    attempts             UInt32,
    records_read         Nullable(Int64),
    records_written      Nullable(Int64),
    records_failed       Nullable(Int64),
    records_filtered     Nullable(Int64),
    records_deduplicated Nullable(Int64),
    records_unexplained  Nullable(Int64),
    bytes                Nullable(Int64),
    -- JSON of what only the run page shows (fold/row.ts StageDetail).
    detail               String CODEC(ZSTD(1)),
    updated_at           DateTime64(3, 'UTC')
)
ENGINE = {ReplacingMergeTree(version, is_deleted)}
ORDER BY (run_id, stage_id)
;
{distributed stages by cityHash64(run_id)}
;

-- Up to when (run_facts.inserted_at) every fact has been folded: where the fold goes on after a start.
CREATE TABLE IF NOT EXISTS {local fold_progress} {on_cluster}
(
    name      LowCardinality(String),
    version   UInt64,
    watermark DateTime64(3, 'UTC')
)
ENGINE = {ReplacingMergeTree(version)}
ORDER BY name
;
{distributed fold_progress by cityHash64(name)}
;
