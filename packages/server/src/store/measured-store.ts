import { asSightglassError } from "../model/errors.ts";
import type { Store } from "./store.ts";

export interface StatementMeasure {
  operation: "query" | "execute" | "insert";
  /** `ok`, else the code of the error. */
  outcome: string;
  durationMs: number;
}

/** The same store, telling how long each statement took (waiting for a free connection included). */
export function measuredStore(
  store: Store,
  { monotonicMs, observe }: { monotonicMs: () => number; observe: (measure: StatementMeasure) => void },
): Store {
  const measured = async <T>(operation: StatementMeasure["operation"], run: () => Promise<T>): Promise<T> => {
    const startedMs = monotonicMs();
    let outcome = "ok";
    try {
      return await run();
    } catch (thrown) {
      outcome = asSightglassError(thrown).code;
      throw thrown;
    } finally {
      observe({ operation, outcome, durationMs: monotonicMs() - startedMs });
    }
  };
  return {
    kind: store.kind,
    clusterName: store.clusterName,
    query: (sql, options) => measured("query", () => store.query(sql, options)),
    queryBytes: (sql, format, options) => measured("query", () => store.queryBytes(sql, format, options)),
    execute: (sql, options) => measured("execute", () => store.execute(sql, options)),
    insertRows: (table, rows) => measured("insert", () => store.insertRows(table, rows)),
    insertSegment: (segment) => measured("insert", () => store.insertSegment(segment)),
    close: () => store.close(),
  };
}
