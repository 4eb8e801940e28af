import type { Store } from "./store.ts";

/** One day of a table. */
export interface Partition {
  id: string;
  /** `YYYY-MM-DD` */
  day: string;
  bytes: number;
  /** Oldest first. */
  parts: { name: string; bytes: number }[];
}

/** Where a deployment lists its parts: one replica of each shard. */
function partsTable({ clusterName }: Store): string {
  return clusterName === null ? "system.parts" : `cluster('${clusterName}', system.parts)`;
}

function localName({ clusterName }: Store, table: string): string {
  return clusterName === null ? table : `${table}_local`;
}

/** The days of a table that is partitioned by day, oldest first. */
export async function readPartitions(store: Store, table: string): Promise<Partition[]> {
  const rows = await store.query<{ id: string; day: string; bytes: number; names: string[]; sizes: number[] }>(
    `SELECT partition_id AS id, any(partition) AS day, sum(bytes_on_disk) AS bytes,
            arraySort((name, block) -> block, groupArray(name), groupArray(min_block_number)) AS names,
            arraySort((size, block) -> block, groupArray(bytes_on_disk), groupArray(min_block_number)) AS sizes
     FROM ${partsTable(store)}
     WHERE active AND database = currentDatabase() AND table = {table:String}
     GROUP BY partition_id
     ORDER BY id`,
    { params: { table: localName(store, table) } },
  );
  return rows.map(({ id, day, bytes, names, sizes }) => ({
    id,
    day,
    bytes,
    parts: names.map((name, index) => ({ name, bytes: sizes[index] ?? 0 })),
  }));
}

export interface TableSize {
  rows: number;
  bytes: number;
  parts: number;
}

/** Sizes of all tables, by table name. */
export async function readTableSizes(store: Store): Promise<Map<string, TableSize>> {
  const suffix = store.clusterName === null ? "" : "_local";
  const rows = await store.query<TableSize & { name: string }>(
    `SELECT replaceRegexpOne(table, {suffix:String}, '') AS name,
            sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts
     FROM ${partsTable(store)}
     WHERE active AND database = currentDatabase()
     GROUP BY name`,
    { params: { suffix: `${suffix}$` } },
  );
  return new Map(rows.map(({ name, ...size }) => [name, size]));
}
