-- Attributes repeat from span to span, in whole strings and sequences of keys: LZ4 finds that as well as ZSTD(1) does, in a
-- third of the time less at each merge and each search (benchmarks/README.md). Parts that are there change when they are merged.
ALTER TABLE {local spans} {on_cluster}
    MODIFY COLUMN attributes_string CODEC(LZ4),
    MODIFY COLUMN attributes_int CODEC(LZ4),
    MODIFY COLUMN attributes_double CODEC(LZ4),
    MODIFY COLUMN attributes_bool CODEC(LZ4)
;
ALTER TABLE {local logs} {on_cluster}
    MODIFY COLUMN attributes_string CODEC(LZ4),
    MODIFY COLUMN attributes_int CODEC(LZ4),
    MODIFY COLUMN attributes_double CODEC(LZ4),
    MODIFY COLUMN attributes_bool CODEC(LZ4)
;
