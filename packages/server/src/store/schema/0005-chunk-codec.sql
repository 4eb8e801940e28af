-- Differences of the values' bits, which general compression then packs: a quarter less than Gorilla for what exporters
-- send, at the same time to read (benchmarks/README.md, Bytes per sample). Parts that exist change when they are merged.
ALTER TABLE {local sample_chunks} {on_cluster}
    MODIFY COLUMN values Array(Float64) CODEC(Delta(8), ZSTD(1))
;
