-- The state of derived series moves on at every grid point; what they are called never changes, and is kept apart: a grid
-- point reads and writes numbers only (benchmarks/README.md, Derived series).
CREATE TABLE IF NOT EXISTS {local derived_labels} {on_cluster}
(
    source     LowCardinality(String),
    series_id  UInt64,
    metric     LowCardinality(String),
    labels     Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    -- Whether it counts towards the limit of its metric: of a histogram's buckets only the last does.
    is_counted Bool,
    -- The label of that name; its series end with the pipeline.
    pipeline   LowCardinality(String)
)
ENGINE = {ReplacingMergeTree}
ORDER BY (source, series_id)
SETTINGS {deduplication}
;
{distributed derived_labels by series_id}
;

-- Moves the labels over. Where this was cut off before, the column is there again and empty.
ALTER TABLE {local derived_series} {on_cluster}
    ADD COLUMN IF NOT EXISTS labels Map(LowCardinality(String), String)
;
ALTER TABLE derived_series {on_cluster}
    ADD COLUMN IF NOT EXISTS labels Map(LowCardinality(String), String)
;
INSERT INTO derived_labels (source, series_id, metric, labels, is_counted, pipeline)
SELECT source, series_id, metric, labels, labels['le'] IN ('', '+Inf'), labels['pipeline']
FROM derived_series
WHERE notEmpty(labels)
LIMIT 1 BY source, series_id
;
ALTER TABLE {local derived_series} {on_cluster} DROP COLUMN IF EXISTS labels
;
ALTER TABLE derived_series {on_cluster} DROP COLUMN IF EXISTS labels
;
