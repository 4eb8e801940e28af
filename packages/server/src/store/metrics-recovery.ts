import type { Clock } from "../model/clock.ts";
import type { Store } from "./store.ts";
import { type MetricSeries, readSeriesOfDay } from "./series-of-day.ts";
import { readRequestMarks, readSummedHistograms, readSummedSeries, type SummedSeries } from "./summed-series.ts";

/** What an earlier process knew of metrics. */
export interface RecoveredMetrics {
  series: MetricSeries[];
  summed: SummedSeries[];
  histograms: { low: number; high: number; histogram: Uint8Array }[];
  requests: { low: number; high: number }[];
}

export interface MetricsRecoveryOptions {
  store: Store;
  clock: Clock;
  /** Whether all that an earlier process left in the spool is stored. */
  isSpoolStored: () => boolean;
  onRecovered: (found: RecoveredMetrics) => void;
  onFailure: (error: unknown) => void;
}

const pollMs = 50;
const retryMs = 1000;
const dayMs = 24 * 60 * 60 * 1000;

/** Reads, after a start, which series are known and where the sums of deltas stand; tries until the store answers. */
export class MetricsRecovery {
  readonly #options: MetricsRecoveryOptions;
  #cancel: (() => void) | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(options: MetricsRecoveryOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, isSpoolStored } = this.#options;
    if (isSpoolStored()) this.#reading = this.#read();
    else this.#cancel = clock.after(pollMs, () => this.start());
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    await this.#reading;
    this.#cancel?.();
  }

  async #read(): Promise<void> {
    const { store, clock, onRecovered, onFailure } = this.#options;
    try {
      const series = await readSeriesOfDay(store, Math.floor(clock.nowMs() / dayMs));
      onRecovered({
        series,
        summed: await readSummedSeries(store),
        histograms: await readSummedHistograms(store),
        requests: await readRequestMarks(store),
      });
    } catch (error) {
      onFailure(error);
      this.#cancel = clock.after(retryMs, () => this.start());
    }
  }
}
