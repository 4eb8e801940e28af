import type { Store } from "./store.ts";

/** Items of each signal that the store has ever held: its half of the ledger. Retention does not lower it. */
export async function readStoredCounts(store: Store): Promise<Record<string, number>> {
  const rows = await store.query<{ signal: string; stored: number }>(
    `SELECT signal, sum(stored) AS stored
     FROM (
       SELECT toString(signal) AS signal, stored FROM ledger
       UNION ALL
       SELECT 'spans' AS signal, received AS stored FROM span_calls WHERE received > 0
     )
     GROUP BY signal`,
  );
  return Object.fromEntries(rows.map(({ signal, stored }) => [signal, stored]));
}
