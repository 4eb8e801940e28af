import type { Clock } from "../model/clock.ts";
import { asSightglassError, type SightglassError } from "../model/errors.ts";
import { every, type Repeated } from "../model/every.ts";
import { limits } from "../model/limits.ts";
import { renderStatements } from "./render.ts";
import type { Store } from "./store.ts";

export interface ChunkingOptions {
  store: Store;
  clock: Clock;
  onFolded?: (folded: Folded) => void;
  onFailure?: (error: SightglassError) => void;
  /** Tests throw here, as a crash would. */
  at?: (step: ChunkingStep) => void;
}

export type ChunkingStep = "moved" | "inserted" | "dropped";

/** A half hour of receipt that was folded. */
export interface Folded {
  /** `YYYY-MM-DD hh:mm:ss`, its beginning. */
  partition: string;
  samples: number;
}

const halfHourMs = 30 * 60 * 1000;
const intervalMs = 60_000;
/** Folding streams in the order of the key, so its memory does not grow with the partition. */
const foldMemoryBytesMax = 512 * 1024 * 1024;

interface ClosedPartition {
  id: string;
  partition: string;
}

/**
 * Folds samples into arrays, one row for each series and half hour, a half hour after it has ended:
 * 1. a closed partition of `samples` moves to `samples_closed`, so that what comes late is not in it;
 * 2. it is folded into `sample_chunks`, under a token of what it holds;
 * 3. it is dropped.
 * A crash after 1 or 2 leaves it in `samples_closed`, where the next round begins: the token makes folding it twice once.
 */
export class Chunking {
  readonly #options: ChunkingOptions;
  #repeated: Repeated | undefined;
  #isStopped = false;

  constructor(options: ChunkingOptions) {
    this.#options = options;
  }

  start(): void {
    this.#repeated = every(intervalMs, this.#options.clock, () => this.#runAndReport());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#repeated?.stop();
  }

  /** Folds all that is closed. @throws SightglassError store_unavailable, query_timeout */
  async run(): Promise<Folded[]> {
    const folded: Folded[] = [];
    for (const partition of await this.#partitions("samples_closed")) await this.#fold(partition, folded);
    for (const partition of await this.#partitions("samples")) {
      if (this.#isStopped || !this.#isClosed(partition)) break;
      await this.#alter("samples", `MOVE PARTITION ID '${partition.id}' TO TABLE {local samples_closed}`);
      this.#options.at?.("moved");
      await this.#fold(partition, folded);
    }
    return folded;
  }

  async #runAndReport(): Promise<void> {
    try {
      await this.run();
    } catch (thrown) {
      this.#options.onFailure?.(asSightglassError(thrown));
    }
  }

  #isClosed({ partition }: ClosedPartition): boolean {
    const beganMs = Date.parse(`${partition.replace(" ", "T")}Z`);
    return beganMs + halfHourMs + limits.chunkDelayMs.value <= this.#options.clock.nowMs();
  }

  /** Partitions with rows, oldest first. */
  async #partitions(table: string): Promise<ClosedPartition[]> {
    const { clusterName } = this.#options.store;
    const parts = clusterName === null ? "system.parts" : `cluster('${clusterName}', system.parts)`;
    return this.#options.store.query<ClosedPartition>(
      `SELECT partition_id AS id, any(partition) AS partition FROM ${parts}
       WHERE active AND rows > 0 AND database = currentDatabase() AND table = {table:String}
       GROUP BY partition_id ORDER BY partition`,
      { params: { table: clusterName === null ? table : `${table}_local` } },
    );
  }

  async #fold({ id, partition }: ClosedPartition, folded: Folded[]): Promise<void> {
    const { store, at } = this.#options;
    const [content] = await store.query<{ samples: number; hash: string }>(
      `SELECT count() AS samples, toString(sum(cityHash64(series_id, time, reinterpretAsUInt64(value)))) AS hash
       FROM samples_closed WHERE _partition_id = {id:String}`,
      { params: { id }, timeoutMs: limits.chunkTimeoutMs.value },
    );
    const { samples = 0, hash = "" } = content ?? {};
    const token = `fold-${id}-${samples}-${hash}`;
    if (samples > 0) {
      await store.execute(foldSql(token), {
        params: { id },
        timeoutMs: limits.chunkTimeoutMs.value,
        memoryBytesMax: foldMemoryBytesMax,
      });
    }
    at?.("inserted");
    await this.#alter("samples_closed", `DROP PARTITION ID '${id}' SETTINGS max_partition_size_to_drop = 0`);
    at?.("dropped");
    folded.push({ partition, samples });
    this.#options.onFolded?.({ partition, samples });
  }

  async #alter(table: string, action: string): Promise<void> {
    const { store } = this.#options;
    const [statement = ""] = renderStatements(`ALTER TABLE {local ${table}} {on_cluster} ${action}`, store);
    await store.execute(statement, { timeoutMs: limits.chunkTimeoutMs.value });
  }
}

/**
 * Of samples with the same time the greatest counts, as in queries of what is not folded. The blocks that are inserted must be the same when it is
 * done again, or their tokens would not fit them: hence one thread, which aggregates in the order of the table.
 */
function foldSql(token: string): string {
  return `INSERT INTO sample_chunks (day, metric, series_id, chunk_start, times, values, start_times)
    SELECT day, metric, series_id, chunk_start, kept.1 AS times, kept.3 AS values, kept.4 AS start_times
    FROM (
      SELECT
        toDate(max(received_at)) AS day, metric, series_id, toStartOfInterval(time, INTERVAL 30 MINUTE) AS chunk_start,
        arraySort(groupArray((time, NOT isNaN(value), value, start_time))) AS points,
        arrayShiftLeft(points.1, 1, toDateTime64('1900-01-01 00:00:00', 3, 'UTC')) AS next_times,
        arrayFilter((point, next_time) -> point.1 != next_time, points, next_times) AS kept
      FROM samples_closed
      -- Marks of requests have no metric, and are done with.
      WHERE _partition_id = {id:String} AND metric != ''
      GROUP BY metric, series_id, chunk_start
    )
    SETTINGS insert_deduplication_token = '${token}', optimize_aggregation_in_order = 1, max_threads = 1,
      max_insert_threads = 1, max_block_size = 8192, aggregation_in_order_max_block_bytes = 4000000`;
}
