import { detectReset } from "../histogram/counter-reset.ts";
import { sameNumbers, usesCustomBuckets, withHint, type FloatHistogram } from "../histogram/float-histogram.ts";
import type { Labels } from "../model/labels.ts";
import { metricNameLabel } from "../model/labels.ts";
import type { Matcher } from "../model/matcher.ts";
import { writeStale } from "../model/stale.ts";
import type { RawSeries, SelectHints, SelectResult, SeriesSource } from "./series-source.ts";

/** What is appended: a number, a histogram, or the end of the series. */
export type SampleValue = number | FloatHistogram | "stale";

interface StoredSample {
  readonly timeMs: number;
  readonly value: SampleValue;
  readonly startMs: number;
}

interface StoredSeries {
  readonly labels: Labels;
  readonly samples: StoredSample[];
  raw: RawSeries | undefined;
}

/** Series in memory: for tests, for scripts, and for rule tests. */
export class MemorySource implements SeriesSource {
  readonly #series = new Map<string, StoredSeries>();

  /** Adds a sample in any order of time; one at the same time is replaced. `startMs`: when the counter began. */
  append(labels: Labels, timeMs: number, value: SampleValue, startMs = 0): void {
    let series = this.#series.get(labels.key);
    if (series === undefined) {
      series = { labels, samples: [], raw: undefined };
      this.#series.set(labels.key, series);
    }
    series.raw = undefined;
    const sample = { timeMs, value, startMs };
    const { samples } = series;
    const last = samples.at(-1);
    if (last === undefined || last.timeMs < timeMs) {
      samples.push(sample);
      return;
    }
    const at = samples.findIndex((each) => each.timeMs >= timeMs);
    samples.splice(at, samples[at]?.timeMs === timeMs ? 1 : 0, sample);
  }

  clear(): void {
    this.#series.clear();
  }

  get size(): number {
    return this.#series.size;
  }

  select(matchers: readonly Matcher[], hints: SelectHints): Promise<SelectResult> {
    const series: RawSeries[] = [];
    for (const stored of this.#series.values()) {
      if (!matchers.every((matcher) => matcher.matches(stored.labels.get(matcher.name)))) continue;
      stored.raw ??= toRaw(stored);
      const within = between(stored.raw, hints.startMs, hints.endMs);
      if (within.values.length > 0) series.push(within);
    }
    series.sort((a, b) => a.labels.compare(b.labels));
    return Promise.resolve({ kind: "raw", series });
  }

  /** Metric names in use, for completion and tests. */
  metricNames(): readonly string[] {
    return [...new Set([...this.#series.values()].map(({ labels }) => labels.get(metricNameLabel)))].sort();
  }
}

function toRaw({ labels, samples }: StoredSeries): RawSeries {
  const timestampsMs = Float64Array.from(samples, ({ timeMs }) => timeMs);
  const values = Float64Array.from(samples, ({ value }) => (typeof value === "number" ? value : NaN));
  samples.forEach(({ value }, index) => {
    if (value === "stale") writeStale(values, index);
  });
  const histograms = samples.some(({ value }) => typeof value === "object") ? hintedHistograms(samples) : undefined;
  const hasStarts = samples.some(({ startMs }) => startMs !== 0);
  return {
    labels,
    timestampsMs,
    values,
    ...(histograms === undefined ? {} : { histograms }),
    ...(hasStarts ? { startTimestampsMs: Float64Array.from(samples, ({ startMs }) => startMs) } : {}),
  };
}

/** A store that compares samples as they come knows, but for the first of a run, that there was no reset. */
function hintedHistograms(samples: readonly StoredSample[]): (FloatHistogram | undefined)[] {
  let previous: FloatHistogram | undefined;
  return samples.map(({ value }) => {
    const before = previous;
    previous = typeof value === "object" ? value : undefined;
    if (typeof value !== "object" || value.hint === "gauge") return previous;
    return withHint(value, before !== undefined && continues(value, before) ? "not_reset" : "unknown");
  });
}

function continues(current: FloatHistogram, previous: FloatHistogram): boolean {
  return (
    previous.hint !== "gauge" &&
    current.schema === previous.schema &&
    current.zeroThreshold === previous.zeroThreshold &&
    (!usesCustomBuckets(current) || sameNumbers(current.customBounds, previous.customBounds)) &&
    current.hint !== "reset" &&
    !detectReset(withHint(current, "unknown"), previous)
  );
}

function between(raw: RawSeries, startMs: number, endMs: number): RawSeries {
  const { timestampsMs } = raw;
  const low = firstAfter(timestampsMs, startMs);
  const high = firstAfter(timestampsMs, endMs);
  if (low === 0 && high === timestampsMs.length) return raw;
  return {
    labels: raw.labels,
    timestampsMs: timestampsMs.subarray(low, high),
    values: raw.values.subarray(low, high),
    ...(raw.histograms === undefined ? {} : { histograms: raw.histograms.slice(low, high) }),
    ...(raw.startTimestampsMs === undefined ? {} : { startTimestampsMs: raw.startTimestampsMs.subarray(low, high) }),
  };
}

function firstAfter(times: Float64Array, timeMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) > timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
