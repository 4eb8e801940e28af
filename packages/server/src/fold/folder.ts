import type { LiveEvent } from "../http/contract.ts";
import type { Clock } from "../model/clock.ts";
import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import { batchesOf, byComponent, componentsOf, type Component } from "./components.ts";
import type { Patience } from "./execution.ts";
import { FactsReader, type TouchCursor } from "./facts-reader.ts";
import { foldInSteps } from "./fold.ts";
import { RunWriter } from "./run-writer.ts";
import type { FoldedRun, Run } from "./run.ts";
import { Turns } from "./turns.ts";
import { readOpenTraces, readWatermark, saveWatermark } from "./progress.ts";

export interface FolderOptions {
  store: Store;
  clock: Clock;
  patience?: Patience;
  /** Told of a cycle that failed; it is tried again. */
  onFault?: (error: unknown) => void;
}

export type RunListener = (event: LiveEvent) => void;

const defaultPatience: Patience = {
  heartbeatMs: limits.runHeartbeatTimeoutMs.value,
  silenceMs: limits.runSilenceTimeoutMs.value,
  settleMs: limits.runSettleMs.value,
};

/** Touches read at a time. */
const pageRows = 20_000;
/** A run of many facts rests after it was folded: so long for each of them, and at most so long. */
const restPerFactMs = 1;
const restMaxMs = 30_000;
/** A run of fewer facts never rests. */
const restFromFacts = 2_000;
const progressEveryMs = 5_000;

/**
 * Keeps `runs` and `stages` in step with `run_facts`: whenever facts of a trace become known, the runs that it is part of
 * are folded anew. It keeps no state that it could not find again, so it may be stopped at any time, and several may run on
 * one cluster.
 */
export class Folder {
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #reader: FactsReader;
  readonly #writer: RunWriter;
  readonly #patience: Patience;
  readonly #onFault: (error: unknown) => void;
  readonly #listeners = new Set<RunListener>();
  /** Traces to fold, and since when. */
  readonly #dirty = new Map<string, number>();
  /** Traces that rest until then. */
  readonly #resting = new Map<string, number>();
  /** Traces whose runs time alone may change then. */
  readonly #rechecks = new Map<string, number>();
  /** Touches of the overlap, which the next scan sees again. */
  readonly #seen = new Map<string, { insertedAtMs: number; facts: number }>();
  #watermarkMs = 0;
  #savedMs = Number.NEGATIVE_INFINITY;
  #lastVersion = 0;
  #isStarted = false;
  #isStopped = false;
  #isNudged = false;
  #cycle: Promise<void> | undefined;
  #cancelTick: (() => void) | undefined;
  #cancelPause: (() => void) | undefined;

  constructor(options: FolderOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#reader = new FactsReader(options.store);
    this.#writer = new RunWriter(options.store);
    this.#patience = options.patience ?? defaultPatience;
    this.#onFault = options.onFault ?? (() => {});
  }

  /** Goes on where the last fold ended. Facts stored meanwhile are folded in the background. */
  async start(): Promise<void> {
    this.#watermarkMs = await readWatermark(this.#store);
    const nowMs = this.#clock.nowMs();
    for (const traceId of await readOpenTraces(this.#store)) this.#rechecks.set(traceId, nowMs);
    this.#isStarted = true;
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTick?.();
    this.#cancelPause?.();
    await this.#cycle;
  }

  /** The store has new facts. Cheap; calls within a short time count as one. */
  nudge(): void {
    this.#isNudged = true;
    if (!this.#isStarted || this.#isStopped || this.#cycle !== undefined || this.#cancelPause !== undefined) return;
    this.#cancelPause = this.#clock.after(limits.foldPauseMs.value, () => {
      this.#cancelPause = undefined;
      void this.foldNow();
    });
  }

  /** Folds what is known now; resolves when it is written. Errors go to `onFault`. */
  async foldNow(): Promise<void> {
    while (this.#cycle !== undefined) await this.#cycle;
    if (this.#isStopped) return;
    this.#isNudged = false;
    this.#cycle = this.#run().catch((error: unknown) => this.#onFault(error));
    await this.#cycle;
    this.#cycle = undefined;
    if (this.#isNudged) this.nudge();
  }

  /** @returns what stops it */
  subscribe(listener: RunListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): { lagMs: number; dirtyTraces: number } {
    const nowMs = this.#clock.nowMs();
    let oldestMs = nowMs;
    for (const sinceMs of this.#dirty.values()) oldestMs = Math.min(oldestMs, sinceMs);
    return { lagMs: nowMs - oldestMs, dirtyTraces: this.#dirty.size };
  }

  #tick(): void {
    if (this.#isStopped) return;
    void this.foldNow().finally(() => {
      if (!this.#isStopped) this.#cancelTick = this.#clock.after(limits.foldTickMs.value, () => this.#tick());
    });
  }

  async #run(): Promise<void> {
    this.#markDue();
    let cursor: TouchCursor = { insertedAtMs: this.#watermarkMs, traceId: "" };
    for (;;) {
      const touches = await this.#reader.touchedAfter(cursor, pageRows);
      for (const { traceId, insertedAtMs, facts } of touches) {
        const key = `${traceId}@${insertedAtMs}`;
        if (this.#seen.get(key)?.facts === facts) continue;
        this.#seen.set(key, { insertedAtMs, facts });
        if (!this.#dirty.has(traceId)) this.#dirty.set(traceId, insertedAtMs);
      }
      await this.#foldDirty();
      const last = touches.at(-1);
      if (last !== undefined) this.#advance(last.insertedAtMs);
      await this.#saveProgress();
      if (last === undefined || touches.length < pageRows || this.#isStopped) break;
      cursor = last;
    }
  }

  /** Rows of the overlap may still become visible; what is older is done with. */
  #advance(newestMs: number): void {
    this.#watermarkMs = Math.max(this.#watermarkMs, newestMs - limits.foldOverlapMs.value);
    for (const [key, { insertedAtMs }] of this.#seen) if (insertedAtMs < this.#watermarkMs) this.#seen.delete(key);
  }

  #markDue(): void {
    const nowMs = this.#clock.nowMs();
    for (const [traceId, dueMs] of this.#rechecks) {
      if (dueMs > nowMs) continue;
      this.#rechecks.delete(traceId);
      if (!this.#dirty.has(traceId)) this.#dirty.set(traceId, nowMs);
    }
  }

  async #foldDirty(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    for (const [traceId, untilMs] of this.#resting) if (untilMs <= nowMs) this.#resting.delete(traceId);
    // In the order of the facts' primary key: each step then reads one stretch of the table.
    const ready = [...this.#dirty.keys()].filter((traceId) => !this.#resting.has(traceId)).sort();
    for (let at = 0; at < ready.length && !this.#isStopped; at += tracesAtOnce) {
      const traceIds = ready.slice(at, at + tracesAtOnce);
      // Taken before the facts are read: a fold that read later has the greater version and saw at least as much.
      const version = this.#nextVersion();
      const components = await componentsOf(this.#reader, traceIds);
      for (const batch of batchesOf(components, limits.foldBatchFactsMax.value)) await this.#foldApart(batch, version);
      // Retention has taken the facts of the others.
      const found = new Set(components.flatMap((component) => component.traceIds));
      for (const traceId of traceIds) if (!found.has(traceId)) this.#dirty.delete(traceId);
    }
  }

  /** One run that cannot be folded keeps no other from it: it rests and is tried again. */
  async #foldApart(batch: readonly Component[], version: number): Promise<void> {
    try {
      await this.#foldBatch(batch, version);
    } catch (error) {
      if (error instanceof SightglassError && error.code === "store_unavailable") throw error;
      if (batch.length > 1) {
        for (const component of batch) await this.#foldApart([component], version);
        return;
      }
      const untilMs = this.#clock.nowMs() + restMaxMs;
      for (const traceId of batch.flatMap(({ traceIds }) => traceIds)) this.#resting.set(traceId, untilMs);
      this.#onFault(error);
    }
  }

  async #foldBatch(batch: readonly Component[], version: number): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const traceIds = batch.flatMap((component) => component.traceIds);
    const facts = await this.#reader.factsOf(traceIds);
    const bridges = await this.#reader.bridgesOf(facts);
    const folded: FoldedRun[] = [];
    const turns = new Turns(this.#clock);
    for (const ofComponent of byComponent(batch, facts)) {
      const runs = await turns.through(foldInSteps({ facts: ofComponent, bridges, nowMs, patience: this.#patience }));
      folded.push(...runs);
    }
    const candidates = new Set([...traceIds, ...batch.flatMap((component) => component.runIds)]);
    const changed = await this.#writer.write({ folded, candidates, version, nowMs, turns });
    for (const traceId of traceIds) {
      this.#dirty.delete(traceId);
      this.#rechecks.delete(traceId);
    }
    for (const { run, recheckAtMs } of folded) this.#recheck(run, recheckAtMs);
    for (const component of batch) this.#rest(component);
    for (const run of changed) this.#tell(run, nowMs);
  }

  #recheck({ traceId }: FoldedRun["run"], atMs: number | null): void {
    if (atMs === null) return;
    this.#rechecks.set(traceId, Math.min(atMs, this.#rechecks.get(traceId) ?? Infinity));
  }

  /** What is large is folded less often, so that the fold never takes more than a part of a core. */
  #rest({ traceIds, facts }: Component): void {
    if (facts < restFromFacts) return;
    const untilMs = this.#clock.nowMs() + Math.min(facts * restPerFactMs, restMaxMs);
    for (const traceId of traceIds) this.#resting.set(traceId, untilMs);
  }

  #tell(run: Run, nowMs: number): void {
    const { id, pipeline, status } = run;
    const event: LiveEvent = {
      type: "run",
      runId: id,
      pipeline,
      status,
      updatedAt: new Date(nowMs).toISOString(),
    };
    for (const listener of this.#listeners) listener(event);
  }

  /** Microseconds of now, and always more than the last one. */
  #nextVersion(): number {
    this.#lastVersion = Math.max(this.#lastVersion + 1, Math.floor(this.#clock.nowMs() * 1000));
    return this.#lastVersion;
  }

  async #saveProgress(): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    // Traces that rest are not folded yet; a start must find them again.
    if (this.#dirty.size > 0 || nowMs - this.#savedMs < progressEveryMs) return;
    await saveWatermark(this.#store, { watermarkMs: this.#watermarkMs, version: this.#nextVersion() });
    this.#savedMs = nowMs;
  }
}

const tracesAtOnce = 2_000;
