import {
  Labels,
  type Matcher,
  type RawSeries,
  type SelectHints,
  type SelectResult,
  type SeriesSource,
} from "@sightglass/promql";
import type { MockSeries } from "./metric-series.ts";

const scrapeMs = 15_000;
/** Longer ranges are sampled more thinly, to keep the mock quick. */
const samplesMax = 2_000;

/** Series of functions of time, for the real query engine. */
export class MockSource implements SeriesSource {
  readonly #series: readonly (MockSeries & { key: Labels })[];
  readonly #now: () => number;

  constructor(series: readonly MockSeries[], now: () => number) {
    this.#series = series.map((each) => ({ ...each, key: Labels.of(each.labels) }));
    this.#now = now;
  }

  matching(matchers: readonly Matcher[]): Record<string, string>[] {
    return this.#series.filter(({ key }) => matches(key, matchers)).map(({ labels }) => labels);
  }

  select(matchers: readonly Matcher[], hints: SelectHints): Promise<SelectResult> {
    const endMs = Math.min(hints.endMs, this.#now());
    const series = this.#series
      .filter(({ key }) => matches(key, matchers))
      .map((each) => samplesOf(each, hints.startMs, endMs))
      .filter(({ values }) => values.length > 0);
    return Promise.resolve({ kind: "raw", series });
  }
}

const matches = (labels: Labels, matchers: readonly Matcher[]) =>
  matchers.every((matcher) => matcher.matches(labels.get(matcher.name)));

function samplesOf({ key, valueAt }: MockSeries & { key: Labels }, startMs: number, endMs: number): RawSeries {
  const everyMs = scrapeMs * Math.max(1, Math.ceil((endMs - startMs) / scrapeMs / samplesMax));
  const found: { timeMs: number; value: ReturnType<MockSeries["valueAt"]> }[] = [];
  for (let timeMs = Math.floor(startMs / everyMs) * everyMs + everyMs; timeMs <= endMs; timeMs += everyMs) {
    const value = valueAt(timeMs);
    if (value !== null) found.push({ timeMs, value });
  }
  const isNative = found.some(({ value }) => typeof value === "object");
  return {
    labels: key,
    timestampsMs: Float64Array.from(found, ({ timeMs }) => timeMs),
    values: Float64Array.from(found, ({ value }) => (typeof value === "number" ? value : NaN)),
    ...(isNative
      ? { histograms: found.map(({ value }) => (typeof value === "object" && value !== null ? value : undefined)) }
      : {}),
  };
}
