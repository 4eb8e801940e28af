import { Engine, type VectorSample } from "@sightglass/promql";
import { openTestStore, type TestStore } from "../../fold/testing/store.ts";
import { systemClock, type Clock } from "../../model/clock.ts";
import { SeriesLabels } from "../../query/series-source-labels.ts";
import { createSeriesSource } from "../../query/series-source.ts";
import type { Store } from "../../store/store.ts";
import { Deriver, type DeriverOptions } from "../deriver.ts";
import { gridMs, gridTimeMs } from "../grid.ts";

/** Stands still until it is moved; timers never run. Six hours later, some tests are in the next day. */
export class GridClock implements Clock {
  atMs = Date.UTC(2026, 10, 20, 18);
  /** Sets it to now: for tests that store spans, of which the engine's own clock says when they came. */
  toNow(): void {
    this.atMs = Math.max(this.atMs, gridTimeMs(systemClock.nowMs()));
  }
  nowMs(): number {
    return this.atMs;
  }
  monotonicMs(): number {
    return this.atMs;
  }
  after(): () => void {
    return () => {};
  }
}

export interface TestRun {
  id: string;
  pipeline: string;
  status: "running" | "succeeded" | "failed" | "skipped" | "cancelled" | "lost";
  trace?: string;
  durationMs?: number;
  isBackfill?: boolean;
  isDeleted?: boolean;
  endedAtMs?: number;
}

export interface TestStage {
  id: string;
  runId: string;
  pipeline: string;
  name: string;
  status?: TestRun["status"];
  durationMs?: number;
  read?: number;
  written?: number;
  failed?: number;
  unexplained?: number;
}

export interface DerivedTest extends TestStore {
  clock: GridClock;
  /** Writes versions of runs and stages as the fold does. */
  write(rows: { runs?: readonly TestRun[]; stages?: readonly TestStage[] }): Promise<void>;
  deriver(options?: Partial<DeriverOptions>): Deriver;
  /** Moves on by grid points, sampling at each. */
  next(deriver: Deriver, points?: number): Promise<void>;
  /** The vector of an instant query now, as `labels value` of the store's samples. */
  ask(query: string): Promise<{ labels: Record<string, string>; value: number }[]>;
  /** Values with their times, in order, of the only series of a metric with these labels. */
  samples(metric: string, labels: Record<string, string>): Promise<{ time: number; value: number }[]>;
}

export async function openDerivedTest(): Promise<DerivedTest> {
  const test = await openTestStore();
  const clock = new GridClock();
  let version = 0;
  const iso = (timeMs: number) => new Date(timeMs).toISOString();
  const runRow = (run: TestRun) => {
    const endedMs = run.endedAtMs ?? clock.atMs;
    return {
      run_id: run.id,
      version,
      is_deleted: run.isDeleted === true ? 1 : 0,
      ...(run.isDeleted === true
        ? { last_seen_at: iso(clock.atMs) }
        : {
            pipeline: run.pipeline,
            status: run.status,
            is_backfill: run.isBackfill ?? false,
            started_at: iso(endedMs - (run.durationMs ?? 2_000)),
            ended_at: run.status === "running" ? null : iso(endedMs),
            last_seen_at: iso(endedMs),
            duration_ms: run.status === "running" ? null : (run.durationMs ?? 2_000),
            trace_id: run.trace ?? `trace-${run.id}`,
            updated_at: iso(clock.atMs),
          }),
    };
  };
  const stageRow = (stage: TestStage) => ({
    run_id: stage.runId,
    stage_id: stage.id,
    version,
    pipeline: stage.pipeline,
    name: stage.name,
    status: stage.status ?? "succeeded",
    started_at: iso(clock.atMs - (stage.durationMs ?? 1_000)),
    ended_at: stage.status === "running" ? null : iso(clock.atMs),
    duration_ms: stage.status === "running" ? null : (stage.durationMs ?? 1_000),
    records_read: stage.read ?? null,
    records_written: stage.written ?? null,
    records_failed: stage.failed ?? null,
    records_unexplained: stage.unexplained ?? null,
    detail: JSON.stringify({ traceId: `trace-${stage.runId}` }),
    updated_at: iso(clock.atMs),
  });
  const engine = new Engine(createSeriesSource({ store: test.store, labels: new SeriesLabels() }));
  return {
    ...test,
    clock,
    async write({ runs = [], stages = [] }) {
      version += 1;
      await test.store.insertRows("stages", stages.map(stageRow));
      await test.store.insertRows("runs", runs.map(runRow));
    },
    deriver: (options = {}) =>
      new Deriver({
        store: test.store,
        clock,
        spanMetrics: { tempo: false, collector: false },
        serviceGraph: false,
        onFault: (error) => {
          throw error;
        },
        ...options,
      }),
    async next(deriver, points = 1) {
      for (let point = 0; point < points; point += 1) {
        clock.atMs += gridMs;
        await deriver.sampleNow();
      }
    },
    async ask(query) {
      const { data } = await engine.instant({ query, timeMs: clock.atMs });
      if (data.type !== "vector") throw new TypeError(`${query} is a ${data.type}`);
      return data.samples.map(({ labels, value }: VectorSample) => ({
        labels: Object.fromEntries(labels.entries()),
        value,
      }));
    },
    samples: (metric, labels) => readSamples(test.store, metric, labels),
  };
}

function readSamples(store: Store, metric: string, labels: Record<string, string>) {
  return store.query<{ time: number; value: number }>(
    `SELECT toUnixTimestamp64Milli(time) AS time, value FROM recent_samples
     WHERE metric = {metric:String} AND series_id IN (
       SELECT series_id FROM series WHERE metric = {metric:String} AND labels = {labels:Map(String, String)})
     ORDER BY time, value`,
    { params: { metric, labels } },
  );
}

/** A store whose process dies at the `step`-th statement that writes, before or after it. */
export function dyingStore(
  store: Store,
  death: { step: number; isAfter: boolean },
): { store: Store; hasDied(): boolean } {
  let step = 0;
  let isDead = false;
  const write = async <T>(run: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Error("died");
    step += 1;
    if (step !== death.step) return run();
    isDead = true;
    if (death.isAfter) await run();
    throw new Error("died");
  };
  const dying: Store = {
    kind: store.kind,
    clusterName: store.clusterName,
    query: (sql, options) => store.query(sql, options),
    queryBytes: (sql, format, options) => store.queryBytes(sql, format, options),
    execute: (sql, options) => write(() => store.execute(sql, options)),
    insertRows: (table, rows) => write(() => store.insertRows(table, rows)),
    insertSegment: (segment) => write(() => store.insertSegment(segment)),
    close: () => store.close(),
  };
  return { store: dying, hasDied: () => isDead };
}
