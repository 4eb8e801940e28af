import { byCollector } from "./collector-views.ts";
import type { Store } from "./store.ts";

/**
 * Items of each signal that the store has ever held: its half of the ledger. Retention does not lower it. What a Collector wrote
 * past this server (store/collector-tables.ts) is no part of it: nothing here has received it.
 */
export async function readStoredCounts(store: Store): Promise<Record<string, number>> {
  const rows = await store.query<{ signal: string; stored: number }>(
    "SELECT signal, sum(stored) AS stored FROM ledger GROUP BY signal",
  );
  const counts = new Map(rows.map(({ signal, stored }) => [signal, stored]));
  return Object.fromEntries(
    [...counts]
      .filter(([signal]) => !signal.endsWith(byCollector))
      .map(([signal, stored]) => [signal, stored - (counts.get(`${signal}${byCollector}`) ?? 0)]),
  );
}
