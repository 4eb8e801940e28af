import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drainPending } from "chdb";
import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import { insertError, queryError } from "../engine-error.ts";
import { lockFolder } from "../folder-lock.ts";
import { insertSettings, querySettings, rowsAsJson, parseRows } from "../statement.ts";
import type { QueryOptions, Store } from "../store.ts";
import { engineConfig } from "./engine-config.ts";
import { Lane, quoteString, toFault, type Statement } from "./lane.ts";
import { Lanes } from "./lanes.ts";

export interface EmbeddedStoreOptions {
  /** Made when missing. The engine keeps its files in `engine/` of it. */
  dataDir: string;
  /** Queries at the same time. Each holds a thread of the libuv pool (UV_THREADPOOL_SIZE, 4) which files need too. */
  readers?: number;
  /** Inserts at the same time; they hold threads likewise. */
  writers?: number;
  /** Bytes that the engine may use in all. */
  memoryBytesMax?: number;
  /** More arguments in the form of `clickhouse local`'s command line. */
  connectionArgs?: readonly string[];
}

/**
 * Opens chDB on a data folder.
 * @throws SightglassError data_folder_in_use, spool_unwritable (the folder cannot be written), store_unavailable
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const { dataDir, readers = 2, writers = 1 } = options;
  const lock = lockFolder(dataDir);
  const lanes: Lane[] = [];
  try {
    const engineDir = join(dataDir, "engine");
    mkdirSync(engineDir, { recursive: true });
    const configPath = join(dataDir, "engine.xml");
    const memoryBytesMax = options.memoryBytesMax ?? limits.engineMemoryBytesMax.value;
    writeFileSync(configPath, engineConfig({ memoryBytesMax }));
    const connectionArgs = options.connectionArgs ?? [`--config-file=${configPath}`];
    while (lanes.length < 1 + readers + writers) lanes.push(new Lane(engineDir, connectionArgs));
  } catch (cause) {
    for (const lane of lanes) lane.close();
    await drainPending();
    lock.release();
    throw new SightglassError("store_unavailable", `the store in ${dataDir} does not open: ${toFault(cause).message}`, {
      cause,
      hint: "see docs/guides/operations.md, The data folder",
    });
  }
  const [control, ...rest] = lanes as [Lane, ...Lane[]];
  return new EmbeddedStore({ lock, control, readers: rest.slice(0, readers), writers: rest.slice(readers) });
}

/** Only skip indexes that are read beforehand are put together for an OR, as of the types that a searched value may have. */
const planSettings = { use_skip_indexes_on_data_read: 0 };

class EmbeddedStore implements Store {
  readonly kind = "embedded";
  readonly clusterName = null;
  readonly #lock: { release(): void };
  readonly #readers: Lanes;
  readonly #writers: Lanes;
  /** Only for ending statements on the other connections. */
  readonly #control: Lanes;
  #cancellable = 0;

  constructor(parts: { lock: { release(): void }; readers: Lane[]; writers: Lane[]; control: Lane }) {
    this.#lock = parts.lock;
    this.#readers = new Lanes(parts.readers);
    this.#writers = new Lanes(parts.writers);
    this.#control = new Lanes([parts.control]);
  }

  async query<Row>(sql: string, options: QueryOptions = {}): Promise<Row[]> {
    return parseRows<Row>(await this.queryBytes(sql, "JSONEachRow", options));
  }

  queryBytes(sql: string, format: string, options: QueryOptions = {}): Promise<Uint8Array> {
    return this.#run(this.#readers, { sql, format, settings: { ...querySettings(options), ...planSettings } }, options);
  }

  async execute(sql: string, options: QueryOptions = {}): Promise<void> {
    const settings = { ...insertSettings, ...querySettings(options) };
    await this.#run(this.#writers, { sql, format: "Null", settings }, options);
  }

  async insertRows(table: string, rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    const sql = `INSERT INTO ${table} FORMAT JSONEachRow ${rowsAsJson(rows)}`;
    await this.#insert(sql);
  }

  async insertSegment(segment: { table: string; path: string; token: string }): Promise<void> {
    const { table, path, token } = segment;
    await this.#insert(
      `INSERT INTO ${table} FROM INFILE ${quoteString(path)} COMPRESSION 'none' ` +
        `SETTINGS insert_deduplication_token = ${quoteString(token)} FORMAT Native`,
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.#readers.close(), this.#writers.close()]);
    await this.#control.close();
    await drainPending();
    this.#lock.release();
  }

  async #run(lanes: Lanes, statement: Statement, { params, signal }: QueryOptions): Promise<Uint8Array> {
    // The engine has no handle for a running statement; a comment of its own makes it findable.
    const mark = signal === undefined ? {} : { log_comment: `cancellable-${(this.#cancellable += 1)}` };
    const settings = { ...statement.settings, ...mark };
    const bound = { ...statement, settings, ...(params === undefined ? {} : { params }) };
    const kill = (): void => void this.#kill(mark.log_comment ?? "");
    try {
      return await lanes.use((lane) => {
        signal?.addEventListener("abort", kill, { once: true });
        return lane.run(bound).finally(() => signal?.removeEventListener("abort", kill));
      }, signal);
    } catch (cause) {
      throw this.#error(cause, queryError, signal);
    }
  }

  /** Ends a statement whose caller has gone, so that it does not keep its connection busy until its time is up. */
  async #kill(comment: string): Promise<void> {
    const sql = `KILL QUERY WHERE Settings['log_comment'] = ${quoteString(comment)} ASYNC`;
    try {
      await this.#control.use((lane) => lane.run({ sql, format: "Null", settings: {} }));
    } catch {
      // Its time limit ends it.
    }
  }

  async #insert(sql: string): Promise<void> {
    try {
      await this.#writers.use((lane) => lane.run({ sql, format: "Null", settings: insertSettings }));
    } catch (cause) {
      throw this.#error(cause, insertError);
    }
  }

  #error(thrown: unknown, map: typeof queryError, signal?: AbortSignal): unknown {
    if (thrown instanceof SightglassError || (signal?.aborted === true && thrown === signal.reason)) return thrown;
    return map(toFault(thrown));
  }
}
