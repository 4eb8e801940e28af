import type { Meter } from "@opentelemetry/api";
import { safely } from "../safely.ts";
import { atCollection, connectObserved, Late } from "./catalogue.ts";
import type { Series } from "./labels.ts";

type Add = (value: number, labels: Readonly<Record<string, string>>) => void;

/**
 * What has been added to a counter since it was last collected. OpenTelemetry finds a series by writing its labels as text, for
 * each call; handed over once a collection, a sum costs that once. Nothing is collected that is not handed over first.
 */
export class PendingSums {
  readonly #late: Late<Add>;
  /** Those with something pending. */
  #changed: Series[] = [];
  #add: Add | undefined;

  constructor(make: (meter: Meter) => Add) {
    this.#late = new Late((meter) => {
      // What was added before belongs to the provider of that time.
      this.#handOver();
      connectObserved();
      this.#add = make(meter);
      return this.#add;
    });
    atCollection(() => this.#handOver());
  }

  add(series: Series, value: number): void {
    const add = this.#late.get();
    if (series.pending !== undefined) {
      series.pending += value;
    } else if (series.startedBy === add) {
      this.#changed.push(series);
      series.pending = value;
    } else {
      // The first value is handed over at once: a series starts with it, not with its first collection.
      series.startedBy = add;
      add(value, series.labels);
    }
  }

  #handOver(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const series of changed) {
      const { pending = 0 } = series;
      series.pending = undefined;
      safely(() => this.#add?.(pending, series.labels), undefined);
    }
  }
}
