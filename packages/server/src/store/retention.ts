import type { Clock } from "../model/clock.ts";
import { asSightglassError, SightglassError } from "../model/errors.ts";
import { every, type Repeated } from "../model/every.ts";
import { readPartitions, type Partition } from "./parts.ts";
import { renderStatements } from "./render.ts";
import type { Store } from "./store.ts";

/** How much of a signal is kept; 0 means no limit. */
export interface Keep {
  ageMaxMs: number;
  bytesMax: number;
}

export interface RetentionLimits {
  spans: Keep;
  logs: Keep;
  /** Facts, runs and stages. */
  runs: Keep;
  /** Samples of metrics; each of their tables is kept within the bytes. */
  samples: Keep;
}

export interface RetentionOptions {
  store: Store;
  clock: Clock;
  /** Asked for at each round. */
  keep: () => RetentionLimits;
  onDrop?: (drop: Drop) => void;
  onFailure?: (error: SightglassError) => void;
}

/** Something that retention removed. */
export interface Drop {
  table: string;
  /** A partition or a part; `rows` for single rows of an old run. */
  kind: "partition" | "part" | "rows";
  name: string;
  bytes: number;
  reason: "age" | "bytes" | "follows";
}

interface Plan {
  signal: keyof RetentionLimits;
  /** Partitioned by day of receipt; its size counts. */
  table: string;
  /** Partitioned by the same day: they go when the table's day goes. */
  followers: readonly string[];
  /** Not partitioned: rows go by age. */
  rows: readonly { table: string; time: string }[];
}

export const retentionPlans: readonly Plan[] = [
  { signal: "spans", table: "spans", followers: ["traces", "operations"], rows: [] },
  { signal: "logs", table: "logs", followers: [], rows: [] },
  {
    signal: "runs",
    table: "run_facts",
    followers: [],
    rows: [
      { table: "stages", time: "started_at" },
      { table: "runs", time: "last_seen_at" },
      { table: "run_endings", time: "counted_at" },
      { table: "stage_increments", time: "counted_at" },
    ],
  },
  { signal: "samples", table: "sample_chunks", followers: [], rows: [] },
  { signal: "samples", table: "histogram_samples", followers: [], rows: [] },
  { signal: "samples", table: "exemplars", followers: [], rows: [] },
  { signal: "samples", table: "series", followers: [], rows: [] },
];

const intervalMs = 60_000;
const dayMs = 24 * 60 * 60 * 1000;

/** Keeps each signal within its age and its bytes: whole days by dropping partitions, and in the newest day the oldest parts. */
export class Retention {
  readonly #options: RetentionOptions;
  #repeated: Repeated | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    this.#repeated = every(intervalMs, this.#options.clock, () => this.#runAndReport());
  }

  async stop(): Promise<void> {
    await this.#repeated?.stop();
  }

  /** Removes what is over its limit now, oldest first. @throws SightglassError store_unavailable */
  async run(): Promise<Drop[]> {
    const drops: Drop[] = [];
    const limits = this.#options.keep();
    for (const plan of retentionPlans) {
      const keep = limits[plan.signal];
      await this.#dropPartitions(plan, keep, drops);
      await this.#follow(plan, keep, drops);
      await this.#deleteRows(plan, keep, drops);
    }
    return drops;
  }

  async #runAndReport(): Promise<void> {
    try {
      await this.run();
    } catch (thrown) {
      this.#options.onFailure?.(asSightglassError(thrown));
    }
  }

  async #dropPartitions(plan: Plan, keep: Keep, drops: Drop[]): Promise<void> {
    const partitions = await readPartitions(this.#options.store, plan.table);
    let bytes = partitions.reduce((sum, partition) => sum + partition.bytes, 0);
    const newest = partitions.at(-1);
    for (const partition of partitions) {
      const isOld = this.#isOld(partition, keep);
      const isTooMuch = keep.bytesMax > 0 && bytes > keep.bytesMax && partition !== newest;
      if (!isOld && !isTooMuch) continue;
      await this.#dropPartition(plan.table, partition, isOld ? "age" : "bytes", drops);
      bytes -= partition.bytes;
    }
    if (newest !== undefined && keep.bytesMax > 0 && bytes > keep.bytesMax) {
      await this.#dropParts(plan.table, newest, { bytes, bytesMax: keep.bytesMax }, drops);
    }
  }

  /** A day goes when its last moment is over the age. */
  #isOld({ day }: Partition, { ageMaxMs }: Keep): boolean {
    return ageMaxMs > 0 && Date.parse(`${day}T00:00:00Z`) + dayMs <= this.#options.clock.nowMs() - ageMaxMs;
  }

  /** One day alone is over the limit: the oldest parts of it go. Part names are a node's own, so a cluster keeps the day. */
  async #dropParts(
    table: string,
    partition: Partition,
    size: { bytes: number; bytesMax: number },
    drops: Drop[],
  ): Promise<void> {
    if (this.#options.store.clusterName !== null) return;
    let { bytes } = size;
    for (const part of partition.parts) {
      if (bytes <= size.bytesMax) return;
      try {
        await this.#alter(table, `DROP PART '${part.name}'`);
      } catch (thrown) {
        // A merge has replaced the part since it was listed; the next round sees the new one.
        if (thrown instanceof SightglassError && thrown.code === "invalid_argument") return;
        throw thrown;
      }
      bytes -= part.bytes;
      this.#report({ table, kind: "part", name: part.name, bytes: part.bytes, reason: "bytes" }, drops);
    }
  }

  async #follow(plan: Plan, keep: Keep, drops: Drop[]): Promise<void> {
    if (plan.followers.length === 0) return;
    const oldest = (await readPartitions(this.#options.store, plan.table))[0]?.day;
    for (const follower of plan.followers) {
      for (const partition of await readPartitions(this.#options.store, follower)) {
        const isBefore = oldest !== undefined && partition.day < oldest;
        if (isBefore || this.#isOld(partition, keep)) await this.#dropPartition(follower, partition, "follows", drops);
      }
    }
  }

  async #deleteRows(plan: Plan, keep: Keep, drops: Drop[]): Promise<void> {
    if (keep.ageMaxMs <= 0) return;
    const { store, clock } = this.#options;
    const before = clock.nowMs() - keep.ageMaxMs;
    for (const { table, time } of plan.rows) {
      const condition = `${time} < fromUnixTimestamp64Milli(toInt64(${before}), 'UTC')`;
      const [found] = await store.query<{ rows: number }>(`SELECT count() AS rows FROM ${table} WHERE ${condition}`);
      if ((found?.rows ?? 0) === 0) continue;
      await this.#alter(table, `DELETE WHERE ${condition}`);
      this.#report(
        { table, kind: "rows", name: `before ${new Date(before).toISOString()}`, bytes: 0, reason: "age" },
        drops,
      );
    }
  }

  async #dropPartition(table: string, partition: Partition, reason: Drop["reason"], drops: Drop[]): Promise<void> {
    // The engine's own guard against dropping much at once is meant for people.
    await this.#alter(table, `DROP PARTITION ID '${partition.id}' SETTINGS max_partition_size_to_drop = 0`);
    this.#report({ table, kind: "partition", name: partition.day, bytes: partition.bytes, reason }, drops);
  }

  async #alter(table: string, action: string): Promise<void> {
    const { store } = this.#options;
    const [statement = ""] = renderStatements(`ALTER TABLE {local ${table}} {on_cluster} ${action}`, store);
    await store.execute(statement);
  }

  #report(drop: Drop, drops: Drop[]): void {
    drops.push(drop);
    this.#options.onDrop?.(drop);
  }
}
