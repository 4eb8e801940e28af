import type { Clock } from "../model/clock.ts";
import { asSightglassError, type SightglassError } from "../model/errors.ts";
import { checkSource, type CollectorSignal, collectorView, sourceTable, type SourceColumn } from "./collector-views.ts";
import { renderStatements } from "./render.ts";
import type { Store } from "./store.ts";

export interface CollectorTablesOptions {
  store: Store;
  clock: Clock;
  /** `database.table` of each signal that a Collector writes to the same server or cluster. */
  tables: Partial<Record<CollectorSignal, string>>;
  onJoined: (joined: { signal: CollectorSignal; table: string }) => void;
  onMissing: (missing: { signal: CollectorSignal; table: string }) => void;
  onFailure: (error: SightglassError) => void;
}

const retryMs = 60_000;

/**
 * Carries what Collectors write into tables of their own over into ours, from the moment that a table is found: the Collector makes
 * it when it first exports, which may be later than this server's start.
 */
export class CollectorTables {
  readonly #options: CollectorTablesOptions;
  readonly #waiting: Map<CollectorSignal, string>;
  #cancel: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: CollectorTablesOptions) {
    this.#options = options;
    this.#waiting = new Map(Object.entries(options.tables) as [CollectorSignal, string][]);
  }

  start(): void {
    this.#running = this.join();
    this.#cancel = this.#options.clock.after(retryMs, () => {
      void this.#running.then(() => {
        if (this.#waiting.size > 0 && this.#cancel !== undefined) this.start();
      });
    });
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#running;
  }

  /** Joins each table that is there and was not joined yet. */
  async join(): Promise<void> {
    const { onJoined, onMissing, onFailure } = this.#options;
    for (const [signal, table] of this.#waiting) {
      try {
        const columns = await this.#columns(table);
        if (columns.length === 0) {
          onMissing({ signal, table });
          continue;
        }
        checkSource(signal, table, columns);
        await this.#makeView(signal, table, columns);
        this.#waiting.delete(signal);
        onJoined({ signal, table });
      } catch (thrown) {
        onFailure(asSightglassError(thrown));
      }
    }
  }

  #columns(table: string): Promise<SourceColumn[]> {
    sourceTable(table);
    const [name = "", database] = table.split(".").reverse();
    return this.#options.store.query<SourceColumn>(
      `SELECT name, type FROM system.columns
       WHERE database = if({database:String} = '', currentDatabase(), {database:String}) AND table = {table:String}`,
      { params: { database: database ?? "", table: name } },
    );
  }

  /** Rows go to the `Distributed` tables: a Collector writes to any node, and traces lie by their id. */
  async #makeView(signal: CollectorSignal, table: string, columns: readonly SourceColumn[]): Promise<void> {
    const { store } = this.#options;
    const { name, target, select } = collectorView(signal, table, columns);
    const sql = `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name} {on_cluster} TO ${target} AS ${select}`;
    for (const statement of renderStatements(sql, store)) await store.execute(statement);
  }
}
