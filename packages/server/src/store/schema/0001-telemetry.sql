-- Spans and logs as they were received, and what the engine derives from them at insert time.
-- Statements end with a line that holds only ";". Placeholders (ADR 0003, store/render.ts):
--   {local spans}              the table that holds the rows: spans, on a cluster spans_local
--   {on_cluster}               empty, or ON CLUSTER `name`
--   {MergeTree}, {..MergeTree(version)}   the engine, with its Replicated form on a cluster
--   {deduplication}            how many insert tokens the table remembers
--   {distributed spans by x}   nothing, or the Distributed table over {local spans} with sharding key x
-- Every table that a materialized view writes has its own deduplication window, so that replaying a spool segment
-- under its token is a no-op there too.

CREATE TABLE IF NOT EXISTS {local spans} {on_cluster}
(
    -- When this server accepted the span. Partitions and retention follow it, not the sender's clock: a wrong clock
    -- can neither scatter a block over many partitions nor expire at once.
    received_at       DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    start_time        DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    duration_ns       Int64 CODEC(T64, ZSTD(1)),
    trace_id          FixedString(16) CODEC(ZSTD(1)),
    span_id           FixedString(8) CODEC(NONE),
    parent_span_id    FixedString(8) CODEC(ZSTD(1)),
    trace_state       LowCardinality(String),
    flags             UInt32 CODEC(ZSTD(1)),
    name              LowCardinality(String),
    kind              UInt8 CODEC(ZSTD(1)),
    status_code       UInt8 CODEC(ZSTD(1)),
    status_message    String CODEC(ZSTD(1)),
    service           LowCardinality(String),
    -- {"attributes":{..},"droppedAttributesCount":n,"schemaUrl":".."} in typed JSON (decode/typed-json.ts).
    resource          LowCardinality(String),
    -- {"name":..,"version":..,"attributes":{..},"droppedAttributesCount":n,"schemaUrl":".."} in typed JSON.
    scope             LowCardinality(String),
    attributes_string Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    attributes_int    Map(LowCardinality(String), Int64) CODEC(ZSTD(1)),
    attributes_double Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    attributes_bool   Map(LowCardinality(String), Bool) CODEC(ZSTD(1)),
    -- Arrays, maps, bytes and empty values, each as one typed JSON value.
    attributes_other  Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    event_times       Array(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    event_names       Array(LowCardinality(String)) CODEC(ZSTD(1)),
    -- {"attributes":{..},"droppedAttributesCount":n} in typed JSON, one for each event.
    event_attributes  Array(String) CODEC(ZSTD(1)),
    link_trace_ids    Array(FixedString(16)) CODEC(ZSTD(1)),
    link_span_ids     Array(FixedString(8)) CODEC(ZSTD(1)),
    -- {"traceState":"..","flags":n,"attributes":{..},"droppedAttributesCount":n} in typed JSON, one for each link.
    link_attributes   Array(String) CODEC(ZSTD(1)),
    dropped_attributes UInt32 CODEC(ZSTD(1)),
    dropped_events    UInt32 CODEC(ZSTD(1)),
    dropped_links     UInt32 CODEC(ZSTD(1)),
    -- The decoder saw a pipeline, Airflow, Prefect or dbt attribute: the span feeds run_facts.
    is_pipeline       Bool CODEC(ZSTD(1)),
    -- A search for a value that few spans have (a partition, a run, a count) reads few granules: traces lie together.
    -- The keys tell that a number is not there at all, so that `key=2024`, which may be text, still reads little.
    INDEX string_values_index mapValues(attributes_string) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX int_values_index mapValues(attributes_int) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX int_keys_index mapKeys(attributes_int) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX double_keys_index mapKeys(attributes_double) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX duration_index duration_ns TYPE minmax GRANULARITY 1
)
ENGINE = {MergeTree}
PARTITION BY toDate(received_at)
ORDER BY (toStartOfHour(start_time), trace_id, start_time)
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed spans by cityHash64(trace_id)}
;

-- Where a trace lies in time, and enough to list it. Exact across replays because of the token.
CREATE TABLE IF NOT EXISTS {local traces} {on_cluster}
(
    day          Date,
    trace_id     FixedString(16),
    start_time   SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
    end_time     SimpleAggregateFunction(max, DateTime64(9, 'UTC')),
    span_count   SimpleAggregateFunction(sum, UInt64),
    error_count  SimpleAggregateFunction(sum, UInt64),
    services     SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
    -- Empty until the span without a parent has arrived.
    root_service SimpleAggregateFunction(max, String),
    root_name    SimpleAggregateFunction(max, String)
)
ENGINE = {AggregatingMergeTree}
PARTITION BY day
ORDER BY trace_id
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed traces by cityHash64(trace_id)}
;

CREATE MATERIALIZED VIEW IF NOT EXISTS traces_mv {on_cluster} TO {local traces} AS
SELECT toDate(received_at) AS day,
       trace_id,
       min(s.start_time) AS start_time,
       max(s.start_time + toIntervalNanosecond(greatest(duration_ns, 0))) AS end_time,
       count() AS span_count,
       countIf(status_code = 2) AS error_count,
       groupUniqArray(toString(service)) AS services,
       maxIf(toString(service), parent_span_id = toFixedString('', 8)) AS root_service,
       maxIf(toString(name), parent_span_id = toFixedString('', 8)) AS root_name
FROM {local spans} AS s
GROUP BY day, trace_id
;

-- Service and operation names for the pickers of every API.
CREATE TABLE IF NOT EXISTS {local operations} {on_cluster}
(
    day       Date,
    service   LowCardinality(String),
    name      LowCardinality(String),
    kind      UInt8,
    last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = {AggregatingMergeTree}
PARTITION BY day
ORDER BY (service, name, kind)
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed operations by cityHash64(service)}
;

CREATE MATERIALIZED VIEW IF NOT EXISTS operations_mv {on_cluster} TO {local operations} AS
SELECT toDate(received_at) AS day, service, name, kind, max(received_at) AS last_seen
FROM {local spans}
GROUP BY day, service, name, kind
;

CREATE TABLE IF NOT EXISTS {local logs} {on_cluster}
(
    received_at       DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    time              DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    observed_time     DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    trace_id          FixedString(16) CODEC(ZSTD(1)),
    span_id           FixedString(8) CODEC(ZSTD(1)),
    flags             UInt32 CODEC(ZSTD(1)),
    severity_number   UInt8 CODEC(ZSTD(1)),
    severity_text     LowCardinality(String),
    event_name        LowCardinality(String),
    service           LowCardinality(String),
    resource          LowCardinality(String),
    scope             LowCardinality(String),
    -- A string body as it is; any other body as one typed JSON value, with body_is_json set.
    body              String CODEC(ZSTD(1)),
    body_is_json      Bool CODEC(ZSTD(1)),
    attributes_string Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    attributes_int    Map(LowCardinality(String), Int64) CODEC(ZSTD(1)),
    attributes_double Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    attributes_bool   Map(LowCardinality(String), Bool) CODEC(ZSTD(1)),
    attributes_other  Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    dropped_attributes UInt32 CODEC(ZSTD(1)),
    -- The record announces a run, a stage or a heartbeat (event name pipeline.*): it feeds run_facts.
    is_pipeline       Bool CODEC(ZSTD(1)),
    INDEX trace_id_index trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {MergeTree}
PARTITION BY toDate(received_at)
ORDER BY (toStartOfHour(time), service, time)
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed logs by cityHash64(trace_id, time)}
;

-- What the fold needs of spans and announcements, and nothing else: small enough to be read again for every change.
CREATE TABLE IF NOT EXISTS {local run_facts} {on_cluster}
(
    -- When the fact became queryable here; the fold follows it. Not the block's received_at, which a replay repeats.
    inserted_at       DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(DoubleDelta, ZSTD(1)),
    trace_id          FixedString(16) CODEC(ZSTD(1)),
    span_id           FixedString(8),
    parent_span_id    FixedString(8),
    -- pipeline.run.id when the fact names one, else Airflow's dag id and run id (fold/recognise/airflow.ts).
    run_id            String CODEC(ZSTD(1)),
    -- 'span' (it ended), else the announcement's event name: 'pipeline.run.start', 'pipeline.stage.start', 'pipeline.heartbeat'.
    fact              LowCardinality(String),
    service           LowCardinality(String),
    resource          LowCardinality(String),
    scope             LowCardinality(String),
    name              LowCardinality(String),
    start_time        DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    duration_ns       Int64 CODEC(T64, ZSTD(1)),
    status_code       UInt8,
    status_message    String CODEC(ZSTD(1)),
    attributes_string Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    attributes_int    Map(LowCardinality(String), Int64) CODEC(ZSTD(1)),
    attributes_double Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    attributes_bool   Map(LowCardinality(String), Bool) CODEC(ZSTD(1)),
    -- Of the last 'exception' event, and of the last event that names a state (Prefect): typed JSON as in spans.
    exception         String CODEC(ZSTD(1)),
    state_event       String CODEC(ZSTD(1)),
    link_span_ids     Array(FixedString(8)) CODEC(ZSTD(1)),
    INDEX run_id_index run_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX inserted_at_index inserted_at TYPE minmax GRANULARITY 1
)
ENGINE = {MergeTree}
PARTITION BY toDate(inserted_at)
ORDER BY (trace_id, span_id, fact)
SETTINGS {deduplication}, ttl_only_drop_parts = 1
;
{distributed run_facts by cityHash64(trace_id)}
;

CREATE MATERIALIZED VIEW IF NOT EXISTS run_facts_from_spans_mv {on_cluster} TO {local run_facts} AS
SELECT now64(3) AS inserted_at, trace_id, span_id, parent_span_id,
       multiIf(attributes_string['pipeline.run.id'] != '', attributes_string['pipeline.run.id'],
               attributes_string['airflow.dag_run.run_id'] = '', '',
               concat(if(attributes_string['airflow.dag_id'] != '', attributes_string['airflow.dag_id'],
                         attributes_string['airflow.dag_run.dag_id']),
                      ':', attributes_string['airflow.dag_run.run_id'])) AS run_id,
       'span' AS fact, service, resource, scope, name, start_time, duration_ns, status_code, status_message,
       attributes_string, attributes_int, attributes_double, attributes_bool,
       event_attributes[arrayLastIndex(event -> event = 'exception', event_names)] AS exception,
       arrayLast(event -> position(event, '"prefect.state.type"') > 0, event_attributes) AS state_event,
       link_span_ids
FROM {local spans}
WHERE is_pipeline
;

CREATE MATERIALIZED VIEW IF NOT EXISTS run_facts_from_logs_mv {on_cluster} TO {local run_facts} AS
SELECT now64(3) AS inserted_at, trace_id, span_id,
       toFixedString(unhex(attributes_string['pipeline.parent_span_id']), 8) AS parent_span_id,
       attributes_string['pipeline.run.id'] AS run_id,
       event_name AS fact, service, resource, scope,
       attributes_string['pipeline.span.name'] AS name, time AS start_time, 0 AS duration_ns,
       0 AS status_code, '' AS status_message,
       attributes_string, attributes_int, attributes_double, attributes_bool
FROM {local logs}
WHERE is_pipeline
;

-- How many items of each signal the store holds or has held: half of the ledger. Retention never lowers it.
CREATE TABLE IF NOT EXISTS {local ledger} {on_cluster}
(
    signal LowCardinality(String),
    stored UInt64
)
ENGINE = {SummingMergeTree}
ORDER BY signal
SETTINGS {deduplication}
;
{distributed ledger by cityHash64(signal)}
;

CREATE MATERIALIZED VIEW IF NOT EXISTS ledger_from_spans_mv {on_cluster} TO {local ledger} AS
SELECT 'spans' AS signal, count() AS stored FROM {local spans} GROUP BY signal
;

CREATE MATERIALIZED VIEW IF NOT EXISTS ledger_from_logs_mv {on_cluster} TO {local ledger} AS
SELECT 'logs' AS signal, count() AS stored FROM {local logs} GROUP BY signal
;
