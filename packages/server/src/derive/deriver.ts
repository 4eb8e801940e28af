import type { Clock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";
import { readStoredCounts } from "../store/ledger-counts.ts";
import type { Store } from "../store/store.ts";
import { collectRuns } from "./collect-runs.ts";
import { gridMs, gridTimeMs } from "./grid.ts";
import { derivedMetrics, type ToldMetric, writeMetadata } from "./metadata.ts";
import { patient } from "./patient.ts";
import { runCounters, runExemplars, runGauges } from "./runs-series.ts";
import { selfScrape, type ScrapedFamily } from "./self-scrape.ts";
import { advance, advancedUntilMs, begin, publish, type Source } from "./series-state.ts";
import { callCounters, collectCalls } from "./service-graph.ts";
import { keepSpanNames, spanCounters, spanExemplars, type SpanMetricNames } from "./span-metrics.ts";

export interface DeriverOptions {
  store: Store;
  clock: Clock;
  /** Which families of span metrics; neither: none. */
  spanMetrics: SpanMetricNames;
  serviceGraph: boolean;
  /** The server's own metrics, and what a scrape of them is labelled with. */
  self?: { collect: () => Promise<readonly ScrapedFamily[]>; instance: string };
  /** Series of a metric of runs, stages or calls; default limits.derivedSeriesMax. */
  seriesMax?: number;
  /** Told of a grid point that failed; the next one makes up for it. */
  onFault?: (error: unknown) => void;
}

const firstSampleWaitMs = 2_000;
const dayMs = 24 * 60 * 60 * 1000;
const up: ToldMetric = { name: "up", type: "gauge", help: "1 when the target was reached, else 0." };

/**
 * Samples the derived series at every grid point, each of them exactly once (docs/guides/derived-series.md):
 *
 * 1. collect: what happened is noted as counted at this grid point, by keys that say what was noted before;
 * 2. advance: the state of all series moves on to the grid point, one INSERT for each source, from an earlier one only;
 * 3. publish: samples are written as the state has them, under the grid point's token.
 *
 * Whatever is cut off is done again by the next one: steps 1 and 2 change nothing twice, and step 3 is repeated first.
 */
export class Deriver {
  readonly #options: DeriverOptions;
  readonly #store: Store;
  readonly #clock: Clock;
  /** The last grid point that was published; until it is known, whatever the state says is published again. */
  #publishedMs: number | undefined;
  #collectedMs = 0;
  #isStopped = false;
  /** Families of our own that the catalogue knows. */
  readonly #toldFamilies = new Set<string>();
  #cycle: Promise<void> = Promise.resolve();
  #cancel: (() => void) | undefined;

  constructor(options: DeriverOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /**
   * Begins to sample. The first time ever it samples before it returns: what the store holds by then is where counters
   * begin, and what comes later is growth. In a store that never held anything they begin at nothing, without a sample.
   * It does not wait for the counting of a long history.
   */
  async start(): Promise<void> {
    const isNew = (await advancedUntilMs(this.#store)) === 0;
    if (isNew && (await this.#beginEmpty())) return this.#schedule();
    const sampled = this.sampleNow().finally(() => this.#schedule());
    if (!isNew) return;
    let cancel = (): void => {};
    const waited = new Promise<void>((resolve) => {
      cancel = this.#clock.after(firstSampleWaitMs, resolve);
    });
    await Promise.race([sampled, waited]);
    cancel();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#cycle;
  }

  /** Samples the newest grid point unless that was done. Errors go to `onFault`. */
  sampleNow(): Promise<void> {
    this.#cycle = this.#cycle
      .then(() => (this.#isStopped ? undefined : this.#sample(gridTimeMs(this.#clock.nowMs()))))
      .catch((error: unknown) => {
        this.#publishedMs = undefined;
        this.#options.onFault?.(error);
      });
    return this.#cycle;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const nowMs = this.#clock.nowMs();
    this.#cancel = this.#clock.after(gridTimeMs(nowMs) + gridMs - nowMs, () => {
      void this.sampleNow().finally(() => this.#schedule());
    });
  }

  async #sample(atMs: number): Promise<void> {
    this.#publishedMs ??= await this.#recover();
    if (atMs <= this.#publishedMs) return;
    await this.#collect(atMs);
    for (const source of await this.#sources()) await advance(this.#store, source, { atMs, ...this.#limit });
    const isFirst = Math.floor(atMs / dayMs) > Math.floor(this.#publishedMs / dayMs);
    await publish(this.#store, { atMs, isFirst });
    // What a first start finds is no news.
    if (this.#publishedMs > 0) await this.#writeExemplars(atMs);
    this.#publishedMs = atMs;
  }

  /** @returns whether the store holds nothing, so that every source begins at the last grid point with no series */
  async #beginEmpty(): Promise<boolean> {
    const stored = await readStoredCounts(this.#store);
    if (Object.values(stored).some((items) => items > 0)) return false;
    const names = (await this.#sources()).map(({ name }) => name);
    await begin(this.#store, names, gridTimeMs(this.#clock.nowMs()));
    return true;
  }

  /** @returns the last grid point that the state was moved on to, now published for certain */
  async #recover(): Promise<number> {
    await writeMetadata(this.#store, this.#clock.nowMs(), derivedMetrics);
    this.#toldFamilies.clear();
    const atMs = await advancedUntilMs(this.#store);
    if (atMs > 0) await publish(this.#store, { atMs, isFirst: true });
    // What was written by then was collected by then, or the state would not be there.
    this.#collectedMs = Math.max(0, atMs - limits.derivedLookbackMs.value);
    return atMs;
  }

  async #collect(atMs: number): Promise<void> {
    const nowMs = this.#clock.nowMs();
    await collectRuns(this.#store, { sinceMs: this.#collectedMs, atMs });
    // The fold notes the time before it reads facts, and writes after that.
    this.#collectedMs = nowMs - limits.derivedLookbackMs.value;
    if (this.#hasSpanMetrics) await keepSpanNames(this.#store);
    if (this.#options.serviceGraph) await collectCalls(this.#store, atMs);
  }

  get #limit(): { seriesMax?: number } {
    const { seriesMax } = this.#options;
    return seriesMax === undefined ? {} : { seriesMax };
  }

  get #hasSpanMetrics(): boolean {
    const { tempo, collector } = this.#options.spanMetrics;
    return tempo || collector;
  }

  async #sources(): Promise<Source[]> {
    const { spanMetrics, serviceGraph, self } = this.#options;
    const families = await self?.collect();
    if (families !== undefined) await this.#tellOf([up, ...families]);
    return [
      runCounters,
      runGauges,
      ...spanCounters(spanMetrics),
      ...(serviceGraph ? [callCounters] : []),
      ...(families === undefined || self === undefined
        ? []
        : [selfScrape(families, { job: "sightglass", instance: self.instance })]),
    ];
  }

  /** Families of our own appear as the parts that have them start, and with what they first count. */
  async #tellOf(families: readonly ToldMetric[]): Promise<void> {
    const untold = families.filter(({ name }) => !this.#toldFamilies.has(name));
    await writeMetadata(this.#store, this.#clock.nowMs(), untold);
    for (const { name } of untold) this.#toldFamilies.add(name);
  }

  async #writeExemplars(atMs: number): Promise<void> {
    const selects = [
      { name: "runs", sql: runExemplars },
      ...(this.#hasSpanMetrics ? [{ name: "spans", sql: spanExemplars(this.#options.spanMetrics) }] : []),
    ];
    for (const { name, sql } of selects) {
      await this.#store.execute(
        `INSERT INTO exemplars (received_at, metric, series_id, time, value, labels)
         SETTINGS insert_deduplication_token = 'derived-exemplars-${name}-${atMs}' ${sql}`,
        { params: { at: atMs, since: atMs - gridMs }, ...patient },
      );
    }
  }
}
