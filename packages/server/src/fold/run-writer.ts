import { createHash } from "node:crypto";
import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import type { FoldedRun, Run, Stage } from "./run.ts";
import { eachInSteps, type Turns } from "./turns.ts";

/** Runs whose rows are remembered, so that what did not change is not written again. */
const rememberedRunsMax = 5_000;

/** What is stored of some runs: their ids, and those of their stages. */
interface Before {
  runs: string[];
  stages: Map<string, Set<string>>;
}

/** Writes new versions of runs and stages. The same runs written again change nothing. */
export class RunWriter {
  readonly #store: Store;
  /** By run id: a digest of each row as it was written last; "" is the run's own. */
  readonly #written = new Map<string, Map<string, string>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * @param about.folded all runs of some components
   * @param about.candidates every run id that an earlier fold of them may have written; those not folded any more go away
   * @param about.version greater than that of any earlier write of the same runs
   * @returns the runs that changed
   */
  async write(about: {
    folded: readonly FoldedRun[];
    candidates: ReadonlySet<string>;
    version: number;
    nowMs: number;
    turns: Turns;
  }): Promise<Run[]> {
    const { folded, version, nowMs } = about;
    const updated_at = new Date(nowMs).toISOString();
    const before = await this.#before([...about.candidates, ...folded.map(({ run }) => run.id)]);
    const { runRows, stageRows, changed } = await about.turns.through(this.#rowsInSteps(about, before));
    const kept = new Set(folded.map(({ run }) => run.id));
    for (const runId of before.runs) {
      if (kept.has(runId)) continue;
      runRows.push({ run_id: runId, version, is_deleted: 1, last_seen_at: updated_at });
      for (const stageId of before.stages.get(runId) ?? []) stageRows.push(deletedStage(runId, stageId, about));
      this.#written.delete(runId);
    }
    try {
      // Stages first: who reads a run finds its stages.
      await this.#store.insertRows("stages", stageRows);
      await this.#store.insertRows("runs", runRows);
    } catch (cause) {
      for (const { run } of folded) this.#written.delete(run.id);
      throw cause;
    }
    return changed;
  }

  /** Rows that are not as they were written last. */
  *#rowsInSteps(
    { folded, version, nowMs }: { folded: readonly FoldedRun[]; version: number; nowMs: number },
    before: Before,
  ): Generator<void, { runRows: object[]; stageRows: object[]; changed: Run[] }> {
    const updated_at = new Date(nowMs).toISOString();
    const runRows: object[] = [];
    const stageRows: object[] = [];
    const changed: Run[] = [];
    for (const { run, stages } of folded) {
      yield;
      const written = this.#written.get(run.id) ?? new Map<string, string>();
      const now = new Map<string, string>();
      let isChanged = false;
      const put = (id: string, row: object, rows: object[]) => {
        const digest = digestOf(row);
        now.set(id, digest);
        if (written.get(id) === digest && (id === "" || before.stages.get(run.id)?.has(id) === true)) return;
        isChanged = true;
        rows.push({ ...row, version, updated_at });
      };
      yield* eachInSteps(stages.slice(0, limits.runStagesMax.value), (stage) =>
        put(stage.id, stageRowOf(run, stage), stageRows),
      );
      for (const stageId of before.stages.get(run.id) ?? [])
        if (!now.has(stageId)) stageRows.push(deletedStage(run.id, stageId, { version, nowMs }));
      put("", runRowOf(run), runRows);
      if (isChanged) changed.push(run);
      this.#remember(run.id, now);
    }
    return { runRows, stageRows, changed };
  }

  async #before(runIds: readonly string[]): Promise<Before> {
    const options = { params: { runIds: [...new Set(runIds)] } };
    const runs = await this.#store.query<{ run_id: string }>(
      "SELECT run_id FROM runs FINAL WHERE run_id IN ({runIds:Array(String)})",
      options,
    );
    const rows = await this.#store.query<{ run_id: string; stage_id: string }>(
      "SELECT run_id, stage_id FROM stages FINAL WHERE run_id IN ({runIds:Array(String)})",
      options,
    );
    const stages = new Map<string, Set<string>>();
    for (const { run_id, stage_id } of rows) {
      const ids = stages.get(run_id);
      if (ids === undefined) stages.set(run_id, new Set([stage_id]));
      else ids.add(stage_id);
    }
    return { runs: runs.map(({ run_id }) => run_id), stages };
  }

  #remember(runId: string, digests: Map<string, string>): void {
    this.#written.delete(runId);
    this.#written.set(runId, digests);
    // A Map keeps the order of insertion: the first is the one not folded for longest.
    for (const oldest of this.#written.keys()) {
      if (this.#written.size <= rememberedRunsMax) break;
      this.#written.delete(oldest);
    }
  }
}

const digestOf = (row: object) => createHash("sha1").update(JSON.stringify(row)).digest("base64");

/** Its time keeps retention from dropping it before the row that it hides. */
function deletedStage(runId: string, stageId: string, { version, nowMs }: { version: number; nowMs: number }): object {
  const started_at = new Date(nowMs).toISOString();
  return { run_id: runId, stage_id: stageId, version, is_deleted: 1, started_at };
}

function runRowOf(run: Run): object {
  return {
    run_id: run.id,
    pipeline: run.pipeline,
    status: run.status,
    origin: run.origin,
    partition: run.partition ?? "",
    logical_date: run.logicalDateMs === null ? null : isoMicros(run.logicalDateMs),
    is_backfill: run.isBackfill,
    started_at: isoMicros(run.startedAtMs),
    ended_at: run.endedAtMs === null ? null : isoMicros(run.endedAtMs),
    last_seen_at: isoMicros(run.lastSeenMs),
    duration_ms: run.durationMs,
    wait_ms: run.waitMs,
    trace_id: run.traceId,
    service: run.service,
    stage_count: run.stageCount,
    stages_failed: run.stagesFailed,
    attempts: run.attempts,
    ...countColumns(run),
    error_type: run.error?.type ?? "",
    error_message: run.error?.message ?? "",
    detail: JSON.stringify(run.detail),
  };
}

function stageRowOf(run: Run, stage: Stage): object {
  return {
    run_id: run.id,
    stage_id: stage.id,
    pipeline: run.pipeline,
    name: stage.name,
    parent_id: stage.parentId,
    status: stage.status,
    started_at: isoMicros(stage.startedAtMs),
    ended_at: stage.endedAtMs === null ? null : isoMicros(stage.endedAtMs),
    duration_ms: stage.durationMs,
    wait_ms: stage.waitMs,
    attempts: stage.attempts,
    ...countColumns(stage),
    detail: JSON.stringify(stage.detail),
  };
}

function countColumns({ counts, bytes }: Pick<Run | Stage, "counts" | "bytes">): object {
  return {
    records_read: counts.recordsRead,
    records_written: counts.recordsWritten,
    records_failed: counts.recordsFailed,
    records_filtered: counts.recordsFiltered,
    records_deduplicated: counts.recordsDeduplicated,
    records_unexplained: counts.recordsUnexplained,
    bytes,
  };
}

/** DateTime64 holds the years 1900 to 2299; a sender's clock may say anything. */
const earliestMs = Date.UTC(1900, 0, 1);
const latestMs = Date.UTC(2262, 0, 1);

/** `2026-11-20T03:00:00.123456Z` */
function isoMicros(timeMs: number): string {
  const bounded = Math.min(Math.max(timeMs, earliestMs), latestMs);
  const wholeMs = Math.floor(bounded);
  const micros = Math.min(999, Math.round((bounded - wholeMs) * 1000));
  return `${new Date(wholeMs).toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
}
