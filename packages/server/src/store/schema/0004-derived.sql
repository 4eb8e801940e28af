-- Series that the server derives from runs, stages and spans (derive/, docs/guides/derived-series.md).

-- Each final status that a run came to, once (derive/collect-runs.ts decides what is new). Counters are made of these rows,
-- not of `runs`, so that neither a later fold nor retention can take back what was counted.
CREATE TABLE IF NOT EXISTS {local run_endings} {on_cluster}
(
    -- The grid time at which it is counted first.
    counted_at  DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    run_id      String CODEC(ZSTD(1)),
    trace_id    String CODEC(ZSTD(1)),
    -- Among the endings of one pipeline and status in one trace, from 1.
    ordinal     UInt32 CODEC(ZSTD(1)),
    pipeline    LowCardinality(String),
    -- As rules in the field write it: success, failure, skipped, cancelled, lost.
    status      LowCardinality(String),
    -- The status that the run was counted under before, as `lost` before it was heard of again; empty for none.
    corrects    LowCardinality(String),
    is_backfill Bool,
    ended_at    DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    duration_s  Float64 CODEC(ZSTD(1)),
    INDEX run_id_index run_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {MergeTree}
PARTITION BY toStartOfMonth(counted_at)
ORDER BY (trace_id, pipeline, status, ordinal)
SETTINGS {deduplication}, index_granularity = 1024
;
{distributed run_endings by cityHash64(trace_id)}
;

-- What each stage added to the counters since it was counted before: all rows of a stage sum up to its numbers.
-- Null: nobody has counted that.
CREATE TABLE IF NOT EXISTS {local stage_increments} {on_cluster}
(
    counted_at   DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    -- The span id of the stage.
    stage_id     String CODEC(ZSTD(1)),
    trace_id     String CODEC(ZSTD(1)),
    pipeline     LowCardinality(String),
    stage        LowCardinality(String),
    is_backfill  Bool,
    -- 1 in the row with which the stage ended.
    ended        UInt8,
    ended_at     DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    duration_s   Float64 CODEC(ZSTD(1)),
    read         Nullable(Int64) CODEC(ZSTD(1)),
    written      Nullable(Int64) CODEC(ZSTD(1)),
    failed       Nullable(Int64) CODEC(ZSTD(1)),
    filtered     Nullable(Int64) CODEC(ZSTD(1)),
    deduplicated Nullable(Int64) CODEC(ZSTD(1)),
    unexplained  Nullable(Int64) CODEC(ZSTD(1))
)
ENGINE = {MergeTree}
PARTITION BY toStartOfMonth(counted_at)
ORDER BY (stage_id, counted_at)
SETTINGS {deduplication}, index_granularity = 1024
;
{distributed stage_increments by cityHash64(stage_id)}
;

-- Names that the spans of a service keep once it has had too many; further ones are counted together.
-- Rows of a service appear all at once and never change, so a name never moves from one series to another.
CREATE TABLE IF NOT EXISTS {local span_names_kept} {on_cluster}
(
    service LowCardinality(String),
    name    String
)
ENGINE = {ReplacingMergeTree}
ORDER BY (service, name)
SETTINGS {deduplication}
;
{distributed span_names_kept by cityHash64(service)}
;

-- Calls and their durations since the data folder was made. Written with the spans and under their token: exactly once.
CREATE TABLE IF NOT EXISTS {local span_calls} {on_cluster}
(
    service     LowCardinality(String),
    name        String,
    is_overflow Bool,
    kind        UInt8,
    status_code UInt8,
    -- The greatest bound of a histogram (derive/span-metrics.ts) that the duration is over.
    above_ns    UInt64,
    calls       SimpleAggregateFunction(sum, UInt64),
    duration_ns SimpleAggregateFunction(sum, Int64),
    first_seen  SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_seen   SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    -- One of the newest: (start in ms, trace id, span id, duration in ns).
    exemplar    SimpleAggregateFunction(anyLast, Tuple(Int64, FixedString(16), FixedString(8), Int64))
)
ENGINE = {AggregatingMergeTree}
ORDER BY (service, name, is_overflow, kind, status_code, above_ns)
SETTINGS {deduplication}
;
{distributed span_calls by cityHash64(service)}
;

-- Grouped first by the columns as they are: what is done for a name is then done once, not for each span.
CREATE MATERIALIZED VIEW IF NOT EXISTS span_calls_mv {on_cluster} TO {local span_calls} AS
SELECT service, if(is_overflow, '', span_name) AS name, is_overflow, kind, status_code, above_ns,
       sum(group_calls) AS calls, sum(group_ns) AS duration_ns, now64(3) AS first_seen, now64(3) AS last_seen,
       anyLast((toUnixTimestamp64Milli(last_start), last_trace_id, last_span_id, last_ns)) AS exemplar
FROM
(
    SELECT *, service IN (SELECT service FROM span_names_kept)
                AND (service, span_name) NOT IN (SELECT service, name FROM span_names_kept) AS is_overflow
    FROM
    (
        SELECT service, toString(name) AS span_name, kind, status_code,
               roundDown(toUInt64(greatest(duration_ns - 1, 0)),
                 [0, 2000000, 4000000, 6000000, 8000000, 10000000, 16000000, 32000000, 50000000, 64000000, 100000000,
                  128000000, 200000000, 256000000, 400000000, 512000000, 800000000, 1000000000, 1024000000,
                  1400000000, 2000000000, 2048000000, 4096000000, 5000000000, 8192000000, 10000000000, 15000000000,
                  16384000000]) AS above_ns,
               count() AS group_calls, sum(greatest(duration_ns, 0)) AS group_ns,
               anyLast(start_time) AS last_start, anyLast(trace_id) AS last_trace_id, anyLast(span_id) AS last_span_id,
               anyLast(duration_ns) AS last_ns
        FROM {local spans}
        GROUP BY service, name, kind, status_code, above_ns
    )
)
GROUP BY service, name, is_overflow, kind, status_code, above_ns
;

-- Spans that may be one side of a call between services, for as long as the other side may still come.
CREATE TABLE IF NOT EXISTS {local call_sides} {on_cluster}
(
    inserted_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    -- 2 server, 3 client, 4 producer, 5 consumer, as in OTLP.
    kind        UInt8,
    trace_id    FixedString(16),
    span_id     FixedString(8),
    -- The other side that this one names: its parent and, for a consumer, its links.
    caller_ids  Array(FixedString(8)),
    is_root     Bool,
    service     LowCardinality(String),
    -- What a client says about a peer that sends no spans: its name, and whether it is a database.
    peer        LowCardinality(String),
    is_database Bool,
    is_failed   Bool,
    duration_ns Int64
)
ENGINE = {MergeTree}
PARTITION BY toStartOfHour(inserted_at)
ORDER BY (inserted_at)
TTL toDateTime(inserted_at) + INTERVAL 2 HOUR
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed call_sides by cityHash64(trace_id)}
;

CREATE MATERIALIZED VIEW IF NOT EXISTS call_sides_mv {on_cluster} TO {local call_sides} AS
SELECT now64(3) AS inserted_at, kind, trace_id, span_id,
       multiIf(kind IN (3, 4), [], kind = 5, arrayConcat([parent_span_id], link_span_ids), [parent_span_id]) AS caller_ids,
       parent_span_id = toFixedString('', 8) AS is_root,
       service,
       if(kind NOT IN (3, 4), '',
          arrayFirst(text -> text != '',
            [attributes_string['peer.service'], attributes_string['server.address'],
             attributes_string['network.peer.address'], attributes_string['db.namespace'],
             attributes_string['db.name'], attributes_string['db.system.name'], attributes_string['db.system']])) AS peer,
       kind = 3 AND (mapContains(attributes_string, 'db.namespace') OR mapContains(attributes_string, 'db.name')
         OR mapContains(attributes_string, 'db.system.name') OR mapContains(attributes_string, 'db.system')) AS is_database,
       status_code = 2 AS is_failed, greatest(duration_ns, 0) AS duration_ns
FROM {local spans}
WHERE kind IN (2, 3, 4, 5)
;

-- Calls between services, counted once their time to find the other side is over (derive/service-graph.ts).
CREATE TABLE IF NOT EXISTS {local call_increments} {on_cluster}
(
    counted_at      DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    client          LowCardinality(String),
    server          LowCardinality(String),
    -- Empty, virtual_node, messaging_system or database.
    connection_type LowCardinality(String),
    calls           UInt64,
    failed          UInt64,
    -- How many calls each side measured up to each of `edgeDurationBoundsS` and +Inf (cumulative), and their seconds.
    client_buckets  Array(UInt64),
    client_seconds  Float64,
    server_buckets  Array(UInt64),
    server_seconds  Float64
)
ENGINE = {MergeTree}
PARTITION BY toDate(counted_at)
ORDER BY (counted_at, client, server)
TTL toDateTime(counted_at) + INTERVAL 2 DAY
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed call_increments by cityHash64(client, server)}
;

-- The series as they were sampled last: the state that goes from one grid point to the next. Samples of a grid point are
-- written from here, so a crash in between loses and doubles nothing.
CREATE TABLE IF NOT EXISTS {local derived_series} {on_cluster}
(
    -- Each source is moved on by one statement (derive/deriver.ts).
    source     LowCardinality(String),
    metric     LowCardinality(String),
    series_id  UInt64,
    labels     Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    value      Float64 CODEC(ZSTD(1)),
    -- What the series was one interval before, where it was not sampled then: 0 for a new one. So growth since is seen
    -- by a window that begins there.
    prior      Nullable(Float64) CODEC(ZSTD(1)),
    started_at DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    grown_at   DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    sampled_at DateTime64(3, 'UTC') CODEC(ZSTD(1))
)
ENGINE = {ReplacingMergeTree(sampled_at)}
ORDER BY (source, metric, series_id)
SETTINGS {deduplication}
;
{distributed derived_series by series_id}
;
