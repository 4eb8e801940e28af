-- Metrics: a table of series, and their samples. Recent samples are rows; the chunking (store/chunking.ts) folds them into
-- arrays, one row for each series and half hour, which the engine reads several times faster and stores in a seventh.

-- Labels of each series. Written again on every day that the series is seen, so that retention can drop days.
-- Days are days of receipt here too: samples may come late, but never early (limits.sampleFutureMaxMs), so a query from
-- `start` on needs the days from toDate(start) - 1 on, without an upper end.
CREATE TABLE IF NOT EXISTS {local series} {on_cluster}
(
    day       Date,
    metric    LowCardinality(String),
    -- A hash of the sorted labels, name included: any node computes the same id.
    series_id UInt64,
    -- Without __name__, sorted by name.
    labels    Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    -- Delta points of many processes are summed into it: its last sample is the sum so far (receive/delta.ts).
    is_summed Bool
)
ENGINE = {ReplacingMergeTree}
PARTITION BY day
ORDER BY (metric, series_id)
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed series by series_id}
;

-- Samples as they arrived. Partitions are half hours of receipt, so that a whole partition can be folded and dropped.
CREATE TABLE IF NOT EXISTS {local samples} {on_cluster}
(
    received_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    metric      LowCardinality(String),
    series_id   UInt64 CODEC(ZSTD(1)),
    time        DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    -- A NaN keeps its bits: 0x7ff0000000000002 is the staleness marker.
    value       Float64 CODEC(Gorilla, ZSTD(1)),
    -- When the counter behind the sample started; the epoch where that is unknown.
    start_time  DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    -- Made by the server itself (derive/), not received: no part of the ledger.
    is_derived  Bool DEFAULT false
)
ENGINE = {MergeTree}
PARTITION BY toStartOfInterval(received_at, INTERVAL 30 MINUTE)
ORDER BY (metric, series_id, time)
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed samples by series_id}
;

-- Partitions of samples that are closed, moved here so that nothing is added while they are folded.
CREATE TABLE IF NOT EXISTS {local samples_closed} {on_cluster} AS {local samples}
ENGINE = {MergeTree}
PARTITION BY toStartOfInterval(received_at, INTERVAL 30 MINUTE)
ORDER BY (metric, series_id, time)
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed samples_closed by series_id}
;

-- All samples that are not folded. A query reads recent_samples first and sample_chunks after it, the way that samples
-- take, so that one which is on its way is seen twice rather than not at all.
CREATE VIEW IF NOT EXISTS recent_samples {on_cluster} AS
SELECT * FROM samples UNION ALL SELECT * FROM samples_closed
;

-- Folded samples. Late samples make further rows for the same half hour; a reader merges by time, and takes the
-- greatest where one time has several values.
CREATE TABLE IF NOT EXISTS {local sample_chunks} {on_cluster}
(
    -- Of receipt, as in series: a backfill of years stays in one partition.
    day         Date,
    metric      LowCardinality(String),
    series_id   UInt64 CODEC(ZSTD(1)),
    chunk_start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    times       Array(DateTime64(3, 'UTC')) CODEC(DoubleDelta, ZSTD(1)),
    values      Array(Float64) CODEC(Gorilla, ZSTD(1)),
    start_times Array(DateTime64(3, 'UTC')) CODEC(DoubleDelta, ZSTD(1)),
    INDEX chunk_start_minmax chunk_start TYPE minmax GRANULARITY 1
)
ENGINE = {MergeTree}
PARTITION BY day
ORDER BY (metric, series_id, chunk_start)
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed sample_chunks by series_id}
;

-- Native histograms (exponential and custom buckets), kept as such.
CREATE TABLE IF NOT EXISTS {local histogram_samples} {on_cluster}
(
    received_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    metric      LowCardinality(String),
    series_id   UInt64 CODEC(ZSTD(1)),
    time        DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    start_time  DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    -- io.prometheus.write.v2.Histogram in protobuf (decode/prometheus/histogram.ts).
    histogram   String CODEC(ZSTD(1))
)
ENGINE = {MergeTree}
PARTITION BY toDate(received_at)
ORDER BY (metric, series_id, time)
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed histogram_samples by series_id}
;

CREATE TABLE IF NOT EXISTS {local exemplars} {on_cluster}
(
    received_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    metric      LowCardinality(String),
    series_id   UInt64 CODEC(ZSTD(1)),
    time        DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    value       Float64 CODEC(ZSTD(1)),
    labels      Map(LowCardinality(String), String) CODEC(ZSTD(1))
)
ENGINE = {MergeTree}
PARTITION BY toDate(received_at)
ORDER BY (metric, series_id, time)
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed exemplars by series_id}
;

-- Type, help and unit of each metric, as last told.
CREATE TABLE IF NOT EXISTS {local metric_metadata} {on_cluster}
(
    metric  LowCardinality(String),
    type    LowCardinality(String),
    help    String,
    unit    LowCardinality(String),
    seen_at DateTime64(3, 'UTC')
)
ENGINE = {ReplacingMergeTree(seen_at)}
ORDER BY (metric, type)
SETTINGS {deduplication}
;
{distributed metric_metadata by cityHash64(metric)}
;

CREATE MATERIALIZED VIEW IF NOT EXISTS {local ledger_from_samples_mv} {on_cluster} TO {local ledger} AS
SELECT 'samples' AS signal, count() AS stored FROM {local samples} WHERE NOT is_derived GROUP BY signal
;

CREATE MATERIALIZED VIEW IF NOT EXISTS {local ledger_from_histogram_samples_mv} {on_cluster} TO {local ledger} AS
SELECT 'histogram_samples' AS signal, count() AS stored FROM {local histogram_samples} GROUP BY signal
;
