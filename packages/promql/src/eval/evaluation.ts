import { executionError, PromqlError } from "../errors.ts";
import { sampleWeight } from "../histogram/float-histogram.ts";
import type { VectorSelector } from "../ast/nodes.ts";
import type { Labels } from "../model/labels.ts";
import { absentSample, presentCount, relabel, type StepSeries } from "../model/series.ts";
import type { SelectResult, SeriesSource } from "../source/series-source.ts";
import { Annotations } from "./annotations.ts";
import type { Clock } from "./clock.ts";
import type { QueryGrid } from "./grid.ts";

export interface EvaluationSettings {
  readonly lookbackMs: number;
  /** Step of subqueries that name none. */
  readonly subqueryStepMs: number;
  readonly samplesMax: number;
  readonly seriesMax: number;
  readonly timeoutMs: number;
  /** Metric names go at the end of the query; otherwise with the function that drops them. */
  readonly delayedNameRemoval: boolean;
  readonly useStartTimestamps: boolean;
}

const yieldAfterMs = 20;
/** Looking at the clock costs more than evaluating a short series. */
const checkpointsPerLook = 16;

/** The state of one running query. */
export class Evaluation {
  readonly annotations = new Annotations();
  readonly settings: EvaluationSettings;
  readonly source: SeriesSource;
  /** The grid of the query itself: what start(), end(), step() and range() speak of. */
  readonly grid: QueryGrid;
  /** What the source answered for each selector. */
  readonly selected = new Map<VectorSelector, SelectResult>();
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #lastYieldMs: number;
  #samplesHeld = 0;
  #checkpoints = 0;
  samplesPeak = 0;

  constructor(options: {
    settings: EvaluationSettings;
    source: SeriesSource;
    grid: QueryGrid;
    clock: Clock;
    signal: AbortSignal;
  }) {
    this.settings = options.settings;
    this.source = options.source;
    this.grid = options.grid;
    this.signal = options.signal;
    this.#clock = options.clock;
    this.#startedMs = this.#clock.nowMs();
    this.#lastYieldMs = this.#startedMs;
  }

  /**
   * Stops a query that was given up, and lets the event loop run now and then. Call it between series: what it returns
   * need only be awaited when there is something to wait for.
   */
  checkpoint(): Promise<void> | undefined {
    if (++this.#checkpoints % checkpointsPerLook !== 0) return undefined;
    this.#throwIfStopped();
    return this.#clock.nowMs() - this.#lastYieldMs < yieldAfterMs ? undefined : this.#yield();
  }

  async #yield(): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    this.#lastYieldMs = this.#clock.nowMs();
    this.#throwIfStopped();
  }

  #throwIfStopped(): void {
    if (this.signal.aborted) throw canceled();
    if (this.#clock.nowMs() - this.#startedMs > this.settings.timeoutMs)
      throw new PromqlError("timeout", "query timed out in expression evaluation");
  }

  /** Counts samples in memory against the limit. */
  hold(samples: number): void {
    this.#samplesHeld += samples;
    this.samplesPeak = Math.max(this.samplesPeak, this.#samplesHeld);
    if (this.#samplesHeld > this.settings.samplesMax)
      throw new PromqlError("limit", "query processing would load too many samples into memory in query execution");
  }

  release(samples: number): void {
    this.#samplesHeld -= samples;
  }

  checkSeriesCount(count: number): void {
    if (count > this.settings.seriesMax)
      throw new PromqlError(
        "limit",
        `query would load ${count} series, more than the limit of ${this.settings.seriesMax}`,
      );
  }

  /** The labels of a result whose metric name has no meaning any more. */
  dropped(labels: Labels): { readonly labels: Labels; readonly dropName: boolean } {
    if (this.settings.delayedNameRemoval) return { labels, dropName: true };
    return { labels: labels.withoutMetadata(), dropName: false };
  }

  withoutName(series: StepSeries): StepSeries {
    const { labels, dropName } = this.dropped(series.labels);
    return relabel(series, labels, dropName);
  }
}

export function canceled(): PromqlError {
  return new PromqlError("canceled", "query was canceled in expression evaluation");
}

/** Samples of series as the limit counts them: floats one each, histograms by their size. */
export function countSamples(series: readonly StepSeries[]): number {
  let total = 0;
  for (const each of series) {
    const { present, histograms } = each;
    if (histograms === undefined) {
      total += presentCount(each);
      continue;
    }
    present.forEach((kind, step) => {
      const histogram = histograms[step];
      total += kind === absentSample ? 0 : histogram === undefined ? 1 : sampleWeight(histogram);
    });
  }
  return total;
}

export const duplicateLabels = (): PromqlError =>
  executionError("vector cannot contain metrics with the same labelset");
