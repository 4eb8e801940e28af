import { traceIdSet } from "../store/id-sets.ts";
import type { Store } from "../store/store.ts";

/**
 * The run that each trace belongs to, for those that belong to one. A trace of an instrumented service that is no
 * pipeline has no run facts, and costs no more than that look.
 */
export async function findRunsOfTraces(
  store: Store,
  traceIds: readonly string[],
  options: { signal?: AbortSignal } = {},
): Promise<Map<string, string>> {
  const runs = new Map<string, string>();
  if (traceIds.length === 0) return runs;
  const facts = await store.query<{ traceId: string; runId: string }>(factsSql, { ...options, params: { traceIds } });
  const unnamed: string[] = [];
  for (const { traceId, runId } of facts)
    if (runId === "") unnamed.push(traceId);
    else runs.set(traceId, runId);
  if (unnamed.length === 0) return runs;
  // Runs without an id of their own got one from the fold.
  const folded = await store.query<{ traceId: string; runId: string }>(
    "SELECT trace_id AS traceId, run_id AS runId FROM runs FINAL WHERE trace_id IN {traceIds:Array(String)}",
    { ...options, params: { traceIds: unnamed } },
  );
  for (const { traceId, runId } of folded) runs.set(traceId, runId);
  return runs;
}

const factsSql = `
  SELECT lower(hex(trace_id)) AS traceId, max(run_id) AS runId
  FROM run_facts
  WHERE trace_id IN ${traceIdSet("traceIds")}
  GROUP BY trace_id`;
