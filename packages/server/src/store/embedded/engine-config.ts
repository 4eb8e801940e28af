/**
 * Server settings of the embedded engine, as its configuration file. It shares two cores and some hundred megabytes
 * with the rest of the process, so pools and caches are a small fraction of a server's defaults, and no log tables are kept.
 */
export function engineConfig({ memoryBytesMax }: { memoryBytesMax: number }): string {
  const settings: Record<string, number | string> = {
    max_server_memory_usage: memoryBytesMax,
    mark_cache_size: 64 * 1024 * 1024,
    primary_index_cache_size: 64 * 1024 * 1024,
    uncompressed_cache_size: 0,
    index_mark_cache_size: 16 * 1024 * 1024,
    query_condition_cache_size: 16 * 1024 * 1024,
    mmap_cache_size: 0,
    compiled_expression_cache_size: 8 * 1024 * 1024,
    max_thread_pool_size: 256,
    max_thread_pool_free_size: 16,
    max_io_thread_pool_size: 16,
    max_io_thread_pool_free_size: 2,
    max_active_parts_loading_thread_pool_size: 4,
    max_outdated_parts_loading_thread_pool_size: 2,
    max_parts_cleaning_thread_pool_size: 2,
    background_pool_size: 2,
    background_merges_mutations_concurrency_ratio: 1,
    // Merges can wait, acknowledgements cannot: under load they take the processor time that is left.
    os_threads_nice_value_merge_mutate: 10,
    background_move_pool_size: 1,
    background_fetches_pool_size: 1,
    background_common_pool_size: 2,
    background_buffer_flush_schedule_pool_size: 1,
    background_schedule_pool_size: 4,
    background_message_broker_schedule_pool_size: 1,
    background_distributed_schedule_pool_size: 1,
    tables_loader_foreground_pool_size: 2,
    tables_loader_background_pool_size: 1,
  };
  const lines = Object.entries(settings).map(([name, value]) => `  <${name}>${value}</${name}>`);
  const mergeTree: Record<string, number | string> = {
    // A spool segment is deleted once it is inserted: by then its rows must be on the disk, not in the page cache.
    fsync_after_insert: 1,
    fsync_part_directory: 1,
    // A wide part has some 90 files, each to be synced; an insert's part is compact instead, and the first merge makes it
    // wide, which only then can be done column by column: in a third of the time of row by row.
    min_level_for_wide_part: 1,
    vertical_merge_algorithm_min_rows_to_activate: 1,
    // No query here is planned by statistics of columns, which each merge would compute.
    auto_statistics_types: "",
    materialize_statistics_on_merge: 0,
    // Retention by bytes drops the oldest parts of the newest day, so a part must be a small share of the limit.
    max_bytes_to_merge_at_max_space_in_pool: 1024 * 1024 * 1024,
    // A merge must be able to start with a pool of two: the defaults assume sixteen threads.
    number_of_free_entries_in_pool_to_execute_mutation: 1,
    number_of_free_entries_in_pool_to_lower_max_size_of_merge: 1,
    number_of_free_entries_in_pool_to_execute_optimize_entire_partition: 1,
  };
  const mergeLines = Object.entries(mergeTree).map(([name, value]) => `    <${name}>${value}</${name}>`);
  return `<clickhouse>\n${lines.join("\n")}\n  <merge_tree>\n${mergeLines.join("\n")}\n  </merge_tree>\n</clickhouse>\n`;
}
