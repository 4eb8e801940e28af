import type { Store } from "./store.ts";

/** What is told of inserts that have succeeded, before whoever asked for them hears of it. */
export interface InsertWatcher {
  /** The file is there until the promise is settled. */
  onSegment(segment: { table: string; path: string }): Promise<void>;
  /** Rows that came otherwise: by a statement, or written by the server itself. */
  onRows(table: string): void;
}

/** The same store, watched. */
export function watchedStore(store: Store, watcher: InsertWatcher): Store {
  return {
    kind: store.kind,
    clusterName: store.clusterName,
    query: (sql, options) => store.query(sql, options),
    queryBytes: (sql, format, options) => store.queryBytes(sql, format, options),
    async execute(sql, options) {
      await store.execute(sql, options);
      const table = /^\s*INSERT INTO (\w+)/.exec(sql)?.[1];
      if (table !== undefined) watcher.onRows(table);
    },
    async insertRows(table, rows) {
      await store.insertRows(table, rows);
      watcher.onRows(table);
    },
    async insertSegment(segment) {
      await store.insertSegment(segment);
      await watcher.onSegment(segment);
    },
    close: () => store.close(),
  };
}
