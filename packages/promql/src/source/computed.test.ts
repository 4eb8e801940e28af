import { describe, expect, it } from "vitest";
import { Engine } from "../eval/engine.ts";
import { timeAt } from "../eval/grid.ts";
import type { ResultData, ResultSeries } from "../eval/result.ts";
import { emptyHistogram } from "../histogram/float-histogram.ts";
import { Labels } from "../model/labels.ts";
import { matcherText, type Matcher } from "../model/matcher.ts";
import { printDuration } from "../print/print.ts";
import { MemorySource } from "./memory-source.ts";
import type { ComputedSeries, SelectHints, SelectResult, SeriesSource } from "./series-source.ts";

/** Answers with computed values wherever the hints allow, as a database would; it asks a second engine for them. */
class ComputingSource implements SeriesSource {
  readonly computed: string[] = [];
  readonly #inner: MemorySource;
  readonly #stage: "call" | "aggregate";

  constructor(inner: MemorySource, stage: "call" | "aggregate") {
    this.#inner = inner;
    this.#stage = stage;
  }

  async select(matchers: readonly Matcher[], hints: SelectHints): Promise<SelectResult> {
    if (!hints.mayCompute) return this.#inner.select(matchers, hints);
    const aggregated = this.#stage === "aggregate" && hints.aggregate !== undefined;
    const query = this.#query(matchers, hints, aggregated);
    this.computed.push(query);
    const { startMs, stepMs, count } = hints.steps;
    const engine = new Engine(this.#inner, { delayedNameRemoval: false, lookbackMs: hints.lookbackMs });
    const range = { query, startMs, endMs: timeAt(hints.steps, count - 1), stepMs: Math.max(1, stepMs) };
    const { data } = await engine.range(range);
    const series = data.type === "matrix" ? data.series.map((each) => toComputed(each, hints)) : [];
    if (aggregated) return { kind: "computed", stage: "aggregate", series };
    // Histograms it leaves to the engine.
    const all = await this.#inner.select(matchers, hints);
    const raw = all.kind === "raw" ? all.series.filter(({ histograms }) => histograms !== undefined) : [];
    const own = series.filter(({ labels }) => !raw.some((each) => each.labels.key === labels.key));
    return { kind: "computed", stage: "call", series: own.filter(({ labels }) => labels.get("kind") === ""), raw };
  }

  #query(matchers: readonly Matcher[], { call, aggregate, rangeMs }: SelectHints, aggregated: boolean): string {
    const selector = `{${matchers.map(matcherText).join(",")}}`;
    const range = printDuration({ kind: "durationLiteral", span: { start: 0, end: 0 }, seconds: rangeMs / 1000 });
    const value =
      call === undefined ? selector : `${call.name}(${[...call.constants, `${selector}[${range}]`].join(", ")})`;
    if (!aggregated || aggregate === undefined) return value;
    return `${aggregate.operator} ${aggregate.without ? "without" : "by"} (${aggregate.grouping.join(", ")}) (${value})`;
  }
}

function toComputed(series: ResultSeries, { steps }: SelectHints): ComputedSeries {
  const values = new Float64Array(steps.count);
  const present = new Uint8Array(steps.count);
  series.timestampsMs.forEach((timeMs, index) => {
    const step = steps.stepMs === 0 ? 0 : Math.round((timeMs - steps.startMs) / steps.stepMs);
    values[step] = series.values[index] ?? NaN;
    present[step] = 1;
  });
  return { labels: series.labels, values, present };
}

function data(withHistograms = false): MemorySource {
  const source = new MemorySource();
  if (withHistograms)
    for (let sample = 0; sample < 80; sample++) {
      const histogram = { ...emptyHistogram, count: sample, sum: sample * 2, zeroCount: sample };
      source.append(Labels.of({ __name__: "x_total", kind: "histogram" }), sample * 15_000, histogram);
    }
  for (const job of ["a", "b"])
    for (const instance of ["0", "1", "2"])
      for (let sample = 0; sample < 80; sample++) {
        if (job === "b" && sample % 7 === 3) continue;
        const value = (sample % 23) * (Number(instance) + 1) + (job === "a" ? 0.5 : 3);
        source.append(Labels.of({ __name__: "x_total", job, instance }), sample * 15_000, value);
      }
  return source;
}

describe.each(["call", "aggregate"] as const)("a source that computes up to the %s", (stage) => {
  it.each([
    "x_total",
    "rate(x_total[2m])",
    "sum by (job) (rate(x_total[2m]))",
    "sum(x_total)",
    "max without (instance) (x_total offset 1m)",
    "sum(increase(x_total[5m])) / count(x_total)",
    "avg by (job) (avg_over_time(x_total[2m] @ 600))",
    "x_total @ 300 + x_total",
    "quantile_over_time(0.5, x_total[3m])",
    "max_over_time(rate(x_total[1m])[5m:30s])",
    "topk(2, rate(x_total[2m]))",
    "sum(rate(x_total[2m])) > 1 or vector(0)",
    'absent(x_total{job="none"})',
    "timestamp(x_total)",
    "last_over_time(x_total[1m])",
    "predict_linear(x_total[2m], time())",
  ])("%s", async (query) => {
    const source = data();
    const computing = new ComputingSource(source, stage);
    const range = { query, startMs: 300_000, endMs: 1_200_000, stepMs: 60_000 };
    const expected = await new Engine(source).range(range);
    const actual = await new Engine(computing).range(range);
    expect(plain(actual.data)).toEqual(plain(expected.data));
    const needsSamples = /timestamp|predict_linear\(.*time/.test(query);
    expect(computing.computed.length > 0).toBe(!needsSamples);
  });
});

it.each(["x_total", "rate(x_total[2m])", "histogram_count(increase(x_total[2m]))", "count_over_time(x_total[1m])"])(
  "a source may leave the histograms of %s to the engine",
  async (query) => {
    const source = data(true);
    const range = { query, startMs: 300_000, endMs: 1_200_000, stepMs: 60_000 };
    const expected = await new Engine(source).range(range);
    const actual = await new Engine(new ComputingSource(source, "call")).range(range);
    expect(sorted(actual.data)).toEqual(sorted(expected.data));
  },
);

const sorted = (data: ResultData) =>
  data.type === "matrix"
    ? data.series
        .toSorted((a, b) => a.labels.compare(b.labels))
        .map((each) => ({ ...each, labels: String(each.labels) }))
    : [];

function plain(result: { type: string; series?: readonly ResultSeries[] }) {
  return result.series?.map(({ labels, timestampsMs, values }) => [String(labels), [...timestampsMs], [...values]]);
}
