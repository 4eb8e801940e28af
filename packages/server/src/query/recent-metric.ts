import { metricNameLabel, type Labels, type Matcher, type RawSeries } from "@sightglass/promql";
import { IdTable } from "../decode/metrics/id-table.ts";
import { RecentSeries } from "./recent-series.ts";
import type { RowSink } from "./recent-segment.ts";
import type { SampleColumns } from "./series-source-samples.ts";

/** Selectors whose series are remembered. */
const selectionsMax = 16;
/** What a series takes besides its samples, in samples. */
const seriesOverheadSamples = 32;

/** All series of one metric from `fromMs` on, kept up to date with what is stored. */
export class RecentMetric implements RowSink {
  readonly #name: string;
  /** Every sample after this is here. */
  fromMs: number;
  /** How far back queries ask; what is older may go when room is needed. */
  spanMs: number;
  usedAtMs: number;
  /** The server may have derived samples of it since it was found that it does not. */
  mayBeDerived = false;
  /** Samples, and what else is kept in samples' worth. */
  weight = 0;
  readonly #ids = new IdTable();
  readonly #series: RecentSeries[] = [];
  #nowMs: number;
  #unlabelled: RecentSeries[] = [];
  readonly #selections = new Map<string, readonly RecentSeries[]>();

  constructor(name: string, { fromMs, nowMs }: { fromMs: number; nowMs: number }) {
    this.#name = name;
    this.fromMs = fromMs;
    this.spanMs = nowMs - fromMs;
    this.usedAtMs = nowMs;
    this.#nowMs = nowMs;
  }

  /** What the store had; rows may have been added before. */
  fill(samples: ReadonlyMap<bigint, SampleColumns>): void {
    for (const [id, columns] of samples) {
      const low = Number(id & 0xffffffffn);
      const high = Number(id >> 32n);
      const number = this.#ids.find(low, high);
      if (number < 0) this.#newSeries(low, high, columns);
      else columns.timesMs.forEach((timeMs, row) => this.add(low, high, timeMs, columns.values, row));
    }
  }

  /** `nowMs` is when the rows that follow were stored. */
  atTime(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  add(idLow: number, idHigh: number, timeMs: number, values: Float64Array, row: number): void {
    if (timeMs <= this.fromMs) return;
    const number = this.#ids.find(idLow, idHigh);
    const series =
      number < 0
        ? this.#newSeries(idLow, idHigh, { timesMs: new Float64Array(), values: new Float64Array() })
        : (this.#series[number] as RecentSeries);
    const keepAfterMs = this.#nowMs - this.spanMs;
    const grown = series.append(timeMs, values, row, keepAfterMs);
    this.weight += grown;
    // Something may have gone that was older.
    if (grown <= 0 && keepAfterMs > this.fromMs) this.fromMs = keepAfterMs;
  }

  #newSeries(idLow: number, idHigh: number, columns: SampleColumns): RecentSeries {
    const series = new RecentSeries((BigInt(idHigh) << 32n) | BigInt(idLow), columns);
    this.#ids.add(idLow, idHigh);
    this.#series.push(series);
    this.#unlabelled.push(series);
    this.weight += columns.timesMs.length + seriesOverheadSamples;
    return series;
  }

  /** Ids of series whose labels are not known yet. */
  get unlabelledIds(): readonly bigint[] {
    return this.#unlabelled.map(({ id }) => id);
  }

  /** Series without labels in `labels` stay out of answers until they have some. */
  label(labels: ReadonlyMap<bigint, Labels>): void {
    for (const series of this.#unlabelled) series.labels = labels.get(series.id);
    this.#unlabelled = this.#unlabelled.filter((series) => series.labels === undefined);
    this.#selections.clear();
  }

  /** Samples with afterMs < t <= untilMs of the series that match, in the order of their labels. */
  select(matchers: readonly Matcher[], { afterMs, untilMs }: { afterMs: number; untilMs: number }): RawSeries[] {
    const found: RawSeries[] = [];
    for (const series of this.#matching(matchers)) {
      const { timesMs, values } = series.between(afterMs, untilMs);
      if (timesMs.length === 0) continue;
      found.push({ labels: series.labels as Labels, timestampsMs: timesMs, values, hasStale: series.hasStale });
    }
    return found;
  }

  #matching(matchers: readonly Matcher[]): readonly RecentSeries[] {
    const onLabels = matchers.filter((matcher) => !isNamed(matcher, this.#name));
    const key = JSON.stringify(onLabels.map(({ name, operator, value }) => [name, operator, value]));
    const known = this.#selections.get(key);
    if (known !== undefined) return known;
    const matching = this.#series
      .filter(
        ({ labels }) => labels !== undefined && onLabels.every((matcher) => matcher.matches(labels.get(matcher.name))),
      )
      .sort((a, b) => (a.labels as Labels).compare(b.labels as Labels));
    const [oldest] = this.#selections.keys();
    if (this.#selections.size >= selectionsMax && oldest !== undefined) this.#selections.delete(oldest);
    this.#selections.set(key, matching);
    return matching;
  }
}

/** The matcher asks for the metric of this name, and for no other. */
export function isNamed({ name, operator, value }: Matcher, metric: string): boolean {
  return name === metricNameLabel && operator === "=" && value === metric;
}
