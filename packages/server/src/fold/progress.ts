import type { Store } from "../store/store.ts";

/** Up to when every fact has been folded (`run_facts.inserted_at`, milliseconds since the Unix epoch); 0 at the first start. */
export async function readWatermark(store: Store): Promise<number> {
  const [row] = await store.query<{ watermarkMs: number }>(
    "SELECT toUnixTimestamp64Milli(watermark) AS watermarkMs FROM fold_progress FINAL WHERE name = 'runs'",
  );
  return row?.watermarkMs ?? 0;
}

export async function saveWatermark(store: Store, about: { watermarkMs: number; version: number }): Promise<void> {
  const watermark = new Date(about.watermarkMs).toISOString();
  await store.insertRows("fold_progress", [{ name: "runs", version: about.version, watermark }]);
}

/** Traces of runs that have no end yet: time may have made them lost while nobody looked. */
export async function readOpenTraces(store: Store): Promise<string[]> {
  const rows = await store.query<{ traceId: string }>(
    "SELECT DISTINCT trace_id AS traceId FROM runs FINAL WHERE status = 'running'",
  );
  return rows.map(({ traceId }) => traceId);
}
