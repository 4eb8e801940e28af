import { createReadStream } from "node:fs";
import { buffer } from "node:stream/consumers";
import {
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
  type ClickHouseClient,
  type ClickHouseSettings,
} from "@clickhouse/client";
import { SightglassError } from "../../model/errors.ts";
import { insertError, queryError, type EngineFault } from "../engine-error.ts";
import { quoteIdentifier } from "../render.ts";
import { insertSettings, parseRows, querySettings, rowsAsJson } from "../statement.ts";
import type { QueryOptions, Store } from "../store.ts";

export interface ClusterStoreOptions {
  /** `http://user:password@host:8123/database?cluster=name`; what the URL leaves out comes from the fields below. */
  url: string;
  database?: string;
  username?: string;
  password?: string;
  /** Makes the schema on every node of this cluster; without it one server is assumed. */
  clusterName?: string;
}

/** Longer than any query may take, so that the server's own limit answers first; inserts and DDL may take this long. */
const requestTimeoutMs = 300_000;

const clusterSettings: ClickHouseSettings = {
  // An error after the first rows must not pass for a short result.
  wait_end_of_query: 1,
  cancel_http_readonly_queries_on_client_close: 1,
  // What was stored is found by the next query, whichever node answers it: replicas lag, so all reads and inserts go to the
  // first replica of each shard that is up and has caught up.
  load_balancing: "in_order",
  use_hedged_requests: 0,
  connect_timeout_with_failover_ms: 5000,
  prefer_localhost_replica: 0,
  max_replica_delay_for_distributed_queries: "2",
  // A node that is down does what it missed when it is back; neither a start nor retention waits for it.
  // (The client's types know the older modes only.)
  distributed_ddl_output_mode: "none_only_active" as "none",
};

/**
 * Connects to a ClickHouse server or cluster and makes the database there.
 * @throws SightglassError config_invalid (a name that cannot be used), store_unavailable
 */
export async function openClusterStore(options: ClusterStoreOptions): Promise<Store> {
  const target = readTarget(options);
  const onCluster = target.clusterName === null ? "" : ` ON CLUSTER ${quoteIdentifier(target.clusterName)}`;
  const admin = connect({ ...target, database: "default" });
  try {
    await admin.command({ query: `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(target.database)}${onCluster}` });
  } catch (cause) {
    throw queryError(toFault(cause));
  } finally {
    await admin.close();
  }
  return new ClusterStore(connect(target), target.clusterName);
}

interface Target {
  url: string;
  database: string;
  username: string;
  password: string;
  clusterName: string | null;
}

function readTarget(options: ClusterStoreOptions): Target {
  const url = new URL(options.url);
  return {
    url: url.origin,
    database: decodeURIComponent(url.pathname.slice(1)) || (options.database ?? "sightglass"),
    username: decodeURIComponent(url.username) || (options.username ?? "default"),
    password: decodeURIComponent(url.password) || (options.password ?? ""),
    clusterName: url.searchParams.get("cluster") ?? options.clusterName ?? null,
  };
}

function connect({ url, database, username, password }: Target): ClickHouseClient {
  return createClient({
    url,
    database,
    username,
    password,
    application: "sightglass",
    request_timeout: requestTimeoutMs,
    // Errors reach the caller, who logs them; the client must not write to the console.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: clusterSettings,
  });
}

class ClusterStore implements Store {
  readonly kind = "cluster";
  readonly clusterName: string | null;
  readonly #client: ClickHouseClient;
  #isClosed = false;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(client: ClickHouseClient, clusterName: string | null) {
    this.#client = client;
    this.clusterName = clusterName;
  }

  async query<Row>(sql: string, options: QueryOptions = {}): Promise<Row[]> {
    return parseRows<Row>(await this.queryBytes(sql, "JSONEachRow", options));
  }

  queryBytes(sql: string, format: string, options: QueryOptions = {}): Promise<Uint8Array> {
    return this.#run(queryError, options.signal, async () => {
      const { stream } = await this.#client.exec({ query: `${sql}\nFORMAT ${format}`, ...request(options) });
      return await buffer(stream);
    });
  }

  execute(sql: string, options: QueryOptions = {}): Promise<void> {
    return this.#run(queryError, options.signal, async () => {
      await this.#client.command({ query: sql, ...request(options, insertSettings) });
    });
  }

  async insertRows(table: string, rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#run(insertError, undefined, async () => {
      const query = `INSERT INTO ${table} FORMAT JSONEachRow ${rowsAsJson(rows)}`;
      await this.#client.command({ query, clickhouse_settings: insertSettings });
    });
  }

  async insertSegment({ table, path, token }: { table: string; path: string; token: string }): Promise<void> {
    await this.#run(insertError, undefined, async () => {
      const settings = { ...insertSettings, insert_deduplication_token: token };
      const { stream } = await this.#client.exec({
        query: `INSERT INTO ${table} FORMAT Native`,
        values: createReadStream(path),
        clickhouse_settings: settings,
      });
      await buffer(stream);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
    await this.#client.close();
  }

  async #run<T>(map: typeof queryError, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new SightglassError("unavailable", "the store is stopping");
    signal?.throwIfAborted();
    const result = work();
    this.#underWay.add(result);
    try {
      return await result;
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason;
      throw map(toFault(cause));
    } finally {
      this.#underWay.delete(result);
    }
  }
}

function request(options: QueryOptions, more: Readonly<Record<string, number | string>> = {}) {
  return {
    clickhouse_settings: { ...more, ...querySettings(options) } as ClickHouseSettings,
    ...(options.params === undefined ? {} : { query_params: { ...options.params } }),
    ...(options.signal === undefined ? {} : { abort_signal: options.signal }),
  };
}

function toFault(cause: unknown): EngineFault {
  return {
    clickhouseCode: cause instanceof ClickHouseError ? Number(cause.code) : undefined,
    message: cause instanceof Error ? cause.message : String(cause),
    cause,
  };
}
