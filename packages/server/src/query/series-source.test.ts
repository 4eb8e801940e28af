import { createMatcher, Engine, isStaleAt, Labels, MemorySource, type SelectHints } from "@sightglass/promql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../store/store.ts";
import { createSeriesSource } from "./series-source.ts";
import { SeriesLabels } from "./series-source-labels.ts";
import { insertSeries, type SeriesFixture } from "./testing/stored-series.ts";
import { openTemporaryStore } from "./testing/stored-spans.ts";

const dayMs = 86_400_000;
/** 22:00, so that two hours of data lie on two days. */
const startMs = Date.UTC(2026, 10, 20, 22);
const every = (count: number, stepMs: number, value: (index: number) => number | "stale") =>
  Array.from({ length: count }, (_unused, index) => ({ timeMs: startMs + index * stepMs, value: value(index) }));

const fixtures: SeriesFixture[] = [
  { labels: { __name__: "up", job: "a", instance: "1" }, samples: every(480, 15_000, (index) => index) },
  { labels: { __name__: "up", job: "a", instance: "2" }, samples: every(480, 15_000, () => 1), stored: "chunks" },
  {
    labels: { __name__: "up", job: "b", dc: "é'\\\n" },
    samples: every(480, 15_000, (index) => -index),
    stored: "both",
  },
  { labels: { __name__: "down", job: "a" }, samples: every(4, 15_000, (index) => (index === 2 ? "stale" : index)) },
  { labels: { __name__: "http.server/ü", job: "c" }, samples: every(4, 15_000, (index) => index) },
  {
    // A histogram of count 3 and sum 6, schema 0, one positive bucket of 3; then a staleness marker; a float before.
    labels: { __name__: "latency" },
    samples: [{ timeMs: startMs, value: 7 }],
    histograms: [
      { timeMs: startMs + 15_000, hex: "08031900000000000018405a021001620106" },
      { timeMs: startMs + 30_000, hex: "19020000000000f07f" },
    ],
  },
];

let store: Store;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ store, remove } = await openTemporaryStore());
  await insertSeries(store, fixtures);
});
afterAll(() => remove());

const hintsOf = (fromMs: number, toMs: number): SelectHints => ({
  startMs: fromMs,
  endMs: toMs,
  steps: { startMs: toMs, stepMs: 0, count: 1 },
  rangeMs: 0,
  lookbackMs: 300_000,
  mayCompute: false,
});
const all = hintsOf(startMs - 1, startMs + dayMs);
const matchersOf = (...texts: [string, "=" | "!=" | "=~" | "!~", string][]) =>
  texts.map(([name, operator, value]) => createMatcher(name, operator, value));

async function select(
  texts: [string, "=" | "!=" | "=~" | "!~", string][],
  hints = all,
  limits: { samplesMax?: number; seriesMax?: number } = {},
  signal = new AbortController().signal,
) {
  const source = createSeriesSource({ store, labels: new SeriesLabels(), ...limits });
  const result = await source.select(matchersOf(...texts), hints, signal);
  if (result.kind !== "raw") throw new Error("expected samples");
  return result.series;
}
const namesOf = async (...texts: [string, "=" | "!=" | "=~" | "!~", string][]) =>
  (await select(texts)).map(({ labels }) => labels.toString());

const upA1 = '{__name__="up", instance="1", job="a"}';
const upA2 = '{__name__="up", instance="2", job="a"}';
const upB = '{__name__="up", dc="é\'\\\\\\n", job="b"}';
const down = '{__name__="down", job="a"}';
const utf8 = '{__name__="http.server/ü", job="c"}';

describe("matchers find series as Prometheus' do", () => {
  it.each<[[string, "=" | "!=" | "=~" | "!~", string][], string[]]>([
    [[["__name__", "=", "up"]], [upB, upA1, upA2]],
    [[["__name__", "=", "http.server/ü"]], [utf8]],
    [[["__name__", "=~", "u.|down"]], [down, upB, upA1, upA2]],
    [[["__name__", "=~", "u"]], []],
    [
      [
        ["__name__", "!~", "up|down|latency"],
        ["job", "!=", ""],
      ],
      [utf8],
    ],
    [
      [
        ["__name__", "=", "up"],
        ["job", "=", "a"],
      ],
      [upA1, upA2],
    ],
    [
      [
        ["__name__", "=", "up"],
        ["instance", "=", ""],
      ],
      [upB],
    ],
    [
      [
        ["__name__", "=", "up"],
        ["instance", "!=", ""],
      ],
      [upA1, upA2],
    ],
    [
      [
        ["__name__", "=", "up"],
        ["instance", "=~", "|1"],
      ],
      [upB, upA1],
    ],
    [
      [
        ["__name__", "=", "up"],
        ["instance", "!~", ".+"],
      ],
      [upB],
    ],
    [
      [
        ["__name__", "=", "up"],
        ["nowhere", "!=", "x"],
      ],
      [upB, upA1, upA2],
    ],
    [[["dc", "=", "é'\\\n"]], [upB]],
    [[["dc", "=~", "é.*"]], [upB]],
    [[["job", "=~", "(?i)A"]], [down, upA1, upA2]],
    [[["__name__", "=", "none"]], []],
  ])("%j", async (matchers, expected) => {
    expect(await namesOf(...matchers)).toEqual(expected);
  });
});

describe("samples", () => {
  it.each([
    ["rows", "1"],
    ["chunks", "2"],
  ])("of %s come whole and in order", async (_stored, instance) => {
    const [series] = await select([["instance", "=", instance]]);
    expect(series?.values).toHaveLength(480);
    expect(series?.timestampsMs[479]).toBe(startMs + 479 * 15_000);
  });

  it("of rows and chunks are one series", async () => {
    const [series] = await select([["job", "=", "b"]]);
    expect([...(series?.values ?? [])]).toEqual(Array.from({ length: 480 }, (_unused, index) => -index));
  });

  it("are those after the start and up to the end", async () => {
    const [series] = await select([["instance", "=", "2"]], hintsOf(startMs + 15_000, startMs + 45_000));
    expect([...(series?.timestampsMs ?? [])]).toEqual([startMs + 30_000, startMs + 45_000]);
  });

  it.each([
    ["1970", 0],
    ["the beginning of time", -1e15],
  ])("are all there from %s on", async (_from, fromMs) => {
    const found = await select(
      [
        ["__name__", "=", "up"],
        ["job", "=~", "a|b"],
      ],
      hintsOf(fromMs, startMs + dayMs),
    );
    expect(found.map(({ values }) => values.length)).toEqual([480, 480, 480]);
    const engine = new Engine(createSeriesSource({ store, labels: new SeriesLabels() }));
    const query = 'sum(count_over_time(up{job=~"a|b"}[80y]))';
    const { data } = await engine.instant({ query, timeMs: startMs + dayMs });
    expect(data).toMatchObject({ samples: [{ value: 1440 }] });
  });

  it("keep the staleness marker's bits", async () => {
    const [series] = await select([["__name__", "=", "down"]]);
    expect([...Array(4).keys()].map((index) => isStaleAt(series?.values ?? new Float64Array(), index))).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it("that are stored twice count once, the greatest at a time", async () => {
    const labels = { __name__: "twice" };
    const at = (index: number, value: number) => ({ timeMs: startMs + index * 1000, value });
    await insertSeries(store, [{ labels, samples: [at(0, 1), at(1, 2), at(2, 3)], stored: "chunks" }]);
    await insertSeries(store, [{ labels, samples: [at(1, 2), at(0, 5), at(3, 4)] }]);
    const [series] = await select([["__name__", "=", "twice"]]);
    expect([...(series?.values ?? [])]).toEqual([5, 2, 3, 4]);
  });

  it("may be native histograms among floats", async () => {
    const [series] = await select([["__name__", "=", "latency"]]);
    expect(series?.values[0]).toBe(7);
    expect(series?.histograms?.[1]).toMatchObject({
      schema: 0,
      count: 3,
      sum: 6,
      positive: { indexes: [0], counts: [3] },
    });
    expect(isStaleAt(series?.values ?? new Float64Array(), 2)).toBe(true);
  });
});

describe("limits and ends", () => {
  it("more samples than allowed say so", async () => {
    await expect(select([["__name__", "=", "up"]], all, { samplesMax: 100 })).rejects.toMatchObject({
      code: "query_too_large",
      message: expect.stringContaining("more than 100 samples") as string,
    });
  });

  it("more series than allowed say so", async () => {
    await expect(select([["__name__", "=", "up"]], all, { seriesMax: 2 })).rejects.toMatchObject({
      code: "query_too_large",
      message: "a selector finds 3 series, and 2 is the limit",
    });
  });

  it("are not met by the samples of series that the engine computes, beside one that it does not", async () => {
    // Fractions and a reset: the engine's last digit is not the evaluation's.
    const broken = (index: number) => (index === 20 ? 0.1 : index * 0.3);
    const series = [0, 1, 2, 3].map((id) => ({
      labels: { __name__: "work_total", id: String(id) },
      samples: every(40, 15_000, id === 3 ? broken : (index) => index),
    }));
    await insertSeries(store, series);
    const source = createSeriesSource({ store, labels: new SeriesLabels(), pushDown: "always", samplesMax: 60 });
    const toMs = startMs + 39 * 15_000;
    const call = { name: "rate", constants: [] };
    const hints = { ...hintsOf(startMs - 1, toMs), rangeMs: 300_000, mayCompute: true, call };
    const result = await source.select(
      matchersOf(["__name__", "=", "work_total"]),
      hints,
      new AbortController().signal,
    );
    expect(result.kind === "computed" && result.series.map(({ labels }) => labels.get("id"))).toEqual(["0", "1", "2"]);
    expect(result.kind === "computed" && result.raw?.map(({ values }) => values.length)).toEqual([40]);
  });

  it("a caller that left ends the read", async () => {
    const signal = AbortSignal.abort(new Error("left"));
    await expect(select([["__name__", "=", "up"]], all, {}, signal)).rejects.toThrow("left");
  });
});

describe("what the engine computes is what the evaluation computes", () => {
  it.each([
    ["max_over_time(up[5m])", "max_over_time"],
    ["max by (job) (rate(up[5m]))", "max by (job) of rate"],
    ["count without (instance, dc) (up)", "count without (instance, dc) of last value"],
    ["quantile_over_time(0.5, up[5m])", null],
    // Series could become equal without their names.
    ['sum(increase({__name__=~"up|down"}[5m]))', "increase"],
  ])("and %s says so", async (query, computed) => {
    const engine = new Engine(createSeriesSource({ store, labels: new SeriesLabels() }));
    const { stats } = await engine.instant({ query, timeMs: startMs + 1_800_000 });
    expect(stats.selectors).toMatchObject([{ computed, origin: null }]);
  });

  it("for histograms everything is read", async () => {
    const memory = new MemorySource();
    memory.append(Labels.of({ __name__: "latency" }), startMs, 7);
    const engine = new Engine(createSeriesSource({ store, labels: new SeriesLabels() }));
    const { data, stats } = await engine.instant({ query: "latency", timeMs: startMs + 20_000 });
    expect(stats.selectorsComputed).toBe(0);
    expect(data).toMatchObject({ samples: [{ histogram: { count: 3 } }] });
  });
});
