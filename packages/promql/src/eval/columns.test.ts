import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyHistogram } from "../histogram/float-histogram.ts";
import { histogramText } from "../histogram/text.ts";
import { Labels } from "../model/labels.ts";
import { MemorySource } from "../source/memory-source.ts";
import { Engine } from "./engine.ts";
import type { ResultData } from "./result.ts";

/** All steps at once must be what each step alone is: generated queries over generated series. */

const sample = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -5, max: 50 }) },
  { weight: 1, arbitrary: fc.constantFrom<number | "stale" | "gap">("stale", "gap", NaN, Infinity) },
);

const series = fc.record({
  name: fc.constantFrom("a_total", "b_total"),
  job: fc.constantFrom("x", "y"),
  instance: fc.constantFrom("0", "1"),
  samples: fc.array(sample, { minLength: 5, maxLength: 30 }),
  histogramsFrom: fc.option(fc.integer({ min: 0, max: 30 }), { freq: 6, nil: 100 }),
});

const selector = fc
  .record({
    name: fc.constantFrom("a_total", "b_total", '{__name__=~"._total"}', 'a_total{job="x"}', 'b_total{instance!="0"}'),
    modifier: fc.constantFrom("", "", "", " offset 30s", " @ 200", " @ end()", " offset -45s"),
  })
  .map(({ name, modifier }) => ({ name, modifier }));

const rangeFunction = fc.constantFrom(
  "rate",
  "increase",
  "delta",
  "irate",
  "idelta",
  "sum_over_time",
  "avg_over_time",
  "min_over_time",
  "max_over_time",
  "count_over_time",
  "last_over_time",
  "first_over_time",
  "stddev_over_time",
  "present_over_time",
  "changes",
  "resets",
  "deriv",
  "absent_over_time",
  "mad_over_time",
  "ts_of_max_over_time",
);

const { query } = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    selector.map(({ name, modifier }) => `${name}${modifier}`),
    fc
      .tuple(rangeFunction, selector, fc.constantFrom("1m", "45s", "2m"))
      .map(([name, { name: metric, modifier }, range]) => `${name}(${metric}[${range}]${modifier})`),
    fc.tuple(rangeFunction, tie("query")).map(([name, inner]) => `${name}((${inner})[1m:20s])`),
    fc
      .tuple(
        fc.constantFrom("sum", "avg", "max", "min", "count", "group", "stddev"),
        fc.constantFrom("", "by (job)", "without (instance)"),
        tie("query"),
      )
      .map(([operator, grouping, inner]) => `${operator} ${grouping} (${inner})`),
    fc.tuple(fc.constantFrom("topk", "bottomk"), tie("query")).map(([operator, inner]) => `${operator}(1, ${inner})`),
    fc
      .tuple(
        tie("query"),
        fc.constantFrom("+", "-", "*", "/", ">", "== bool", "and", "or", "unless", "+ fill(1)"),
        tie("query"),
      )
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc
      .tuple(tie("query"), fc.constantFrom("+", "<", ">= bool"), fc.constantFrom("2", "time()"))
      .map(([left, operator, right]) => `(${left}) ${operator} ${right}`),
    fc
      .tuple(fc.constantFrom("abs", "timestamp", "absent", "-", "sgn", "scalar"), tie("query"))
      .map(([name, inner]) => (name === "scalar" ? `vector(scalar(${inner}))` : `${name}(${inner})`)),
  ),
}));

function load(all: readonly (typeof series extends fc.Arbitrary<infer Value> ? Value : never)[]): MemorySource {
  const source = new MemorySource();
  for (const { name, job, instance, samples, histogramsFrom } of all)
    samples.forEach((value, index) => {
      const labels = Labels.of({ __name__: name, job, instance });
      if (value === "gap") return;
      if (value === "stale" || index < histogramsFrom) source.append(labels, index * 15_000, value);
      else source.append(labels, index * 15_000, { ...emptyHistogram, count: index, sum: index, zeroCount: index });
    });
  return source;
}

/** Points as text by series and time; values rounded, as the order of sums may differ. */
function pointsOf(data: ResultData): readonly string[] {
  const round = (value: number): string => (Number.isFinite(value) ? value.toPrecision(9) : String(value));
  if (data.type === "vector")
    return data.samples
      .map(
        ({ labels, timeMs, value, histogram }) =>
          `${String(labels)} ${timeMs} ${histogram === undefined ? round(value) : histogramText(histogram)}`,
      )
      .sort();
  if (data.type !== "matrix") return [];
  return data.series
    .flatMap(({ labels, timestampsMs, values, histograms }) =>
      [...timestampsMs].map((timeMs, index) => {
        const histogram = histograms?.[index];
        return `${String(labels)} ${timeMs} ${histogram === undefined ? round(values[index] ?? NaN) : histogramText(histogram)}`;
      }),
    )
    .sort();
}

const [startMs, endMs, stepMs] = [60_000, 360_000, 25_000];

describe("columns", () => {
  it("hold what the steps one by one hold", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(series, { maxLength: 6 }),
        query,
        fc.boolean(),
        async (all, text, delayedNameRemoval) => {
          fc.pre(!text.includes("end()"));
          const engine = new Engine(load(all), { delayedNameRemoval });
          const attempt = async (run: () => Promise<{ data: ResultData }>) =>
            run().then(
              ({ data }) => pointsOf(data),
              (error: Error) => error.message.replace(/\[.*\]/, ""),
            );
          const whole = await attempt(() => engine.range({ query: text, startMs, endMs, stepMs }));
          const steps: string[] = [];
          for (let timeMs = startMs; timeMs <= endMs; timeMs += stepMs) {
            const step = await attempt(() => engine.instant({ query: text, timeMs }));
            if (typeof step === "string") {
              expect(typeof whole).toBe("string");
              return;
            }
            steps.push(...step);
          }
          expect(whole).toEqual(steps.sort());
        },
      ),
      { numRuns: 400, seed: 20_260_801 },
    );
  });
});
