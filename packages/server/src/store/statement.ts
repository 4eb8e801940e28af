import { limits } from "../model/limits.ts";
import type { QueryOptions } from "./store.ts";

/** Limits of a query as settings of the engine. */
export function querySettings(options: QueryOptions): Record<string, number> {
  return {
    max_execution_time: (options.timeoutMs ?? limits.queryTimeoutMs.value) / 1000,
    max_memory_usage: options.memoryBytesMax ?? limits.queryMemoryBytesMax.value,
    max_result_rows: options.rowsMax ?? limits.queryRowsMax.value,
    output_format_json_quote_64bit_integers: 0,
    output_format_json_quote_denormals: 1,
  };
}

/** How rows are inserted, on the embedded engine and on a cluster alike. */
export const insertSettings: Readonly<Record<string, number | string>> = {
  insert_deduplicate: 1,
  // A segment sent again is dropped for the views' tables as well.
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // A spool that waited over midnight may hold two days; never refuse for that.
  max_partitions_per_insert_block: 0,
  input_format_null_as_default: 1,
  // One stream: the same file gives the same blocks each time, which the token counts.
  max_insert_threads: 1,
  parallel_view_processing: 0,
  // Acknowledged means in the shards' tables, not in a Distributed table's queue of files.
  distributed_foreground_insert: 1,
  // Rows the server writes itself carry ISO 8601 times.
  date_time_input_format: "best_effort",
};

/** Rows as JSONEachRow; 64-bit integers as strings, which the engine reads as integers. */
export function rowsAsJson(rows: readonly object[]): string {
  return rows.map((row) => JSON.stringify(row, exactIntegers)).join("\n");
}

function exactIntegers(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Rows of a JSONEachRow result. */
export function parseRows<Row>(bytes: Uint8Array): Row[] {
  if (bytes.length === 0) return [];
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return JSON.parse(`[${text.trimEnd().replaceAll("\n", ",")}]`) as Row[];
}
