import { readTableSizes } from "./parts.ts";
import { retentionPlans, type Keep, type RetentionLimits } from "./retention.ts";
import type { Store } from "./store.ts";

/** As `TableStatus` of http/contract.ts. */
export interface TableState {
  table: string;
  rows: number;
  bytes: number;
  parts: number;
  oldestAt: string | null;
  newestAt: string | null;
  ageMaxMs: number;
  bytesMax: number;
}

/** Tables with the column that says how old a row is: of the partition key where there is one, which needs no scan. */
const shown: readonly { table: string; time: string }[] = [
  { table: "spans", time: "received_at" },
  { table: "logs", time: "received_at" },
  { table: "traces", time: "day" },
  { table: "operations", time: "day" },
  { table: "run_facts", time: "inserted_at" },
  { table: "runs", time: "started_at" },
  { table: "stages", time: "started_at" },
  { table: "samples", time: "received_at" },
  { table: "sample_chunks", time: "day" },
  { table: "histogram_samples", time: "received_at" },
  { table: "exemplars", time: "received_at" },
  { table: "series", time: "day" },
];

/** What the store holds, and what retention keeps of it. */
export async function readTableStatus(store: Store, keep: RetentionLimits): Promise<TableState[]> {
  const sizes = await readTableSizes(store);
  const ranges = await store.query<{ table: string; rows: number; oldest: number; newest: number }>(
    shown.map(({ table, time }) => rangeOf(table, time)).join(" UNION ALL "),
  );
  return shown.map(({ table, time }) => {
    const range = ranges.find((candidate) => candidate.table === table);
    const isEmpty = range === undefined || range.rows === 0;
    const limit = limitOf(table, keep);
    return {
      table,
      rows: range?.rows ?? 0,
      bytes: sizes.get(table)?.bytes ?? 0,
      parts: sizes.get(table)?.parts ?? 0,
      oldestAt: isEmpty ? null : new Date(range.oldest).toISOString(),
      // Of a table by day the newest row may be of any hour of it.
      newestAt: isEmpty || time === "day" ? null : new Date(range.newest).toISOString(),
      ...limit,
    };
  });
}

function rangeOf(table: string, time: string): string {
  const ms = (aggregate: string) => `toUnixTimestamp64Milli(toDateTime64(${aggregate}(${time}), 3, 'UTC'))`;
  return `SELECT '${table}' AS table, count() AS rows, ${ms("min")} AS oldest, ${ms("max")} AS newest FROM ${table}`;
}

/** Followers have no limit in bytes of their own. */
function limitOf(table: string, keep: RetentionLimits): Keep {
  for (const plan of retentionPlans) {
    if (plan.table === table) return keep[plan.signal];
    const follows = plan.followers.includes(table) || plan.rows.some((rows) => rows.table === table);
    if (follows) return { ageMaxMs: keep[plan.signal].ageMaxMs, bytesMax: 0 };
  }
  return { ageMaxMs: 0, bytesMax: 0 };
}
