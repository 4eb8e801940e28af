import { describe, expect, it } from "vitest";
import { Labels } from "../model/labels.ts";
import { MemorySource } from "../source/memory-source.ts";
import type { SelectHints, SeriesSource } from "../source/series-source.ts";
import { Engine } from "./engine.ts";

function counters(count: number, samples = 60): MemorySource {
  const source = new MemorySource();
  for (let series = 0; series < count; series++) {
    const labels = Labels.of({ __name__: "requests_total", instance: `i${series}` });
    for (let sample = 0; sample < samples; sample++) source.append(labels, sample * 15_000, sample * (series + 1));
  }
  return source;
}

const lastMs = 59 * 15_000;

describe("results", () => {
  it("has a scalar, a string, a vector and a matrix", async () => {
    const engine = new Engine(counters(2));
    const types = await Promise.all(
      ["1 + 1", '"text"', "requests_total", "requests_total[1m]"].map(async (query) => {
        const { data } = await engine.instant({ query, timeMs: lastMs });
        return data.type;
      }),
    );
    expect(types).toEqual(["scalar", "string", "vector", "matrix"]);
  });

  it("sorts the series of a range query, and gives each its own times where it has gaps", async () => {
    const source = new MemorySource();
    source.append(Labels.of({ __name__: "b" }), 0, 1);
    source.append(Labels.of({ __name__: "a" }), 60_000, 2);
    const engine = new Engine(source, { lookbackMs: 1000 });
    const { data } = await engine.range({ query: '{__name__=~"a|b"}', startMs: 0, endMs: 60_000, stepMs: 60_000 });
    expect(data.type === "matrix" && data.series.map((each) => [String(each.labels), [...each.timestampsMs]])).toEqual([
      ['{__name__="a"}', [60_000]],
      ['{__name__="b"}', [0]],
    ]);
  });

  it("counts what the source gave", async () => {
    const { stats } = await new Engine(counters(3)).instant({ query: "sum(rate(requests_total[1m]))", timeMs: lastMs });
    expect(stats).toMatchObject({ seriesSelected: 3, samplesSelected: 12, selectorsComputed: 0 });
    expect(stats.selectors).toEqual([
      { selector: "requests_total[1m]", series: 3, samples: 12, computed: null, origin: null },
    ]);
  });

  it("renders annotations with their position", async () => {
    const { warnings, infos } = await new Engine(counters(1)).instant({
      query: 'quantile(7, rate({__name__="requests_total"}[1m])) + rate(other[1m])',
      timeMs: lastMs,
    });
    expect(warnings).toEqual(["PromQL warning: quantile value should be between 0 and 1, got 7 (1:10)"]);
    expect(infos).toEqual([]);
  });

  it("hints that a rate is of no counter", async () => {
    const source = new MemorySource();
    for (const timeMs of [0, 1000]) source.append(Labels.of({ __name__: "temperature" }), timeMs, timeMs);
    const { infos } = await new Engine(source).instant({ query: "rate(temperature[1m])", timeMs: 1000 });
    expect(infos).toEqual([
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "temperature" (1:6)',
    ]);
  });
});

describe("metric names", () => {
  const query = 'label_replace(rate(requests_total[1m]), "from", "$1", "__name__", "(.+)")';

  it("go with the function that drops them", async () => {
    const { data } = await new Engine(counters(1)).instant({ query, timeMs: lastMs });
    expect(data.type === "vector" && data.samples.map(({ labels }) => labels.toObject())).toEqual([{ instance: "i0" }]);
  });

  it("or at the end of the query", async () => {
    const engine = new Engine(counters(1), { delayedNameRemoval: true });
    const { data } = await engine.instant({ query, timeMs: lastMs });
    expect(data.type === "vector" && data.samples.map(({ labels }) => labels.toObject())).toEqual([
      { instance: "i0", from: "requests_total" },
    ]);
  });

  it.each([true, false])("may not leave two results with the same labels (delayed: %s)", async (delayedNameRemoval) => {
    const source = new MemorySource();
    source.append(Labels.of({ __name__: "a" }), 0, 1);
    source.append(Labels.of({ __name__: "b" }), 0, 1);
    const engine = new Engine(source, { delayedNameRemoval });
    await expect(engine.instant({ query: '-{__name__=~"a|b"}', timeMs: 0 })).rejects.toThrow(
      "vector cannot contain metrics with the same labelset",
    );
  });
});

describe("errors", () => {
  it.each([
    ["2 >/ 1", "execution"],
    ["sum(", "parse"],
    ['label_replace(requests_total, "a", "b", "c", "(")', "execution"],
    ["requests_total + on() requests_total", "execution"],
  ])("%s fails with %s", async (query, code) => {
    await expect(new Engine(counters(2)).instant({ query, timeMs: lastMs })).rejects.toMatchObject({ code });
  });

  it("refuses range vectors and strings in range queries", async () => {
    const engine = new Engine(counters(1));
    for (const query of ["requests_total[5m]", '"text"'])
      await expect(engine.range({ query, startMs: 0, endMs: 1000, stepMs: 1000 })).rejects.toThrow(
        /must be Scalar or instant Vector/,
      );
  });

  it("passes on what the source throws", async () => {
    const source: SeriesSource = { select: () => Promise.reject(new Error("disk on fire")) };
    await expect(new Engine(source).instant({ query: "up", timeMs: 0 })).rejects.toThrow("disk on fire");
  });
});

describe("limits", () => {
  const range = { query: "requests_total", startMs: 0, endMs: lastMs, stepMs: 15_000 };

  it("of samples in memory", async () => {
    await expect(new Engine(counters(10), { samplesMax: 599 }).range(range)).rejects.toMatchObject({ code: "limit" });
    const { stats } = await new Engine(counters(10), { samplesMax: 600 }).range(range);
    expect(stats.samplesPeak).toBe(600);
  });

  it("count both sides of an operator", async () => {
    const query = "requests_total + requests_total";
    await expect(new Engine(counters(10), { samplesMax: 1199 }).range({ ...range, query })).rejects.toMatchObject({
      code: "limit",
    });
  });

  it("of series", async () => {
    await expect(new Engine(counters(10), { seriesMax: 9 }).range(range)).rejects.toThrow(/10 series/);
  });

  it("of time", async () => {
    let now = 0;
    const clock = { nowMs: () => (now += 10) };
    await expect(new Engine(counters(500), { clock, timeoutMs: 100 }).range(range)).rejects.toMatchObject({
      code: "timeout",
    });
  });
});

describe("cancellation", () => {
  const range = { query: "requests_total", startMs: 0, endMs: lastMs, stepMs: 15_000 };

  it("before the query starts", async () => {
    const signal = AbortSignal.abort();
    await expect(new Engine(counters(1)).range({ ...range, signal })).rejects.toMatchObject({ code: "canceled" });
  });

  it("while it runs, and lets other work run meanwhile", async () => {
    const controller = new AbortController();
    let now = 0;
    const clock = { nowMs: () => (now += 5) };
    setTimeout(() => controller.abort(), 0);
    const query = { ...range, signal: controller.signal };
    await expect(new Engine(counters(2000, 5), { clock }).range(query)).rejects.toMatchObject({ code: "canceled" });
  });

  it("hands the signal to the source", async () => {
    const controller = new AbortController();
    let seen: AbortSignal | undefined;
    const source: SeriesSource = {
      select: (_matchers, _hints, signal) => {
        seen = signal;
        return Promise.resolve({ kind: "raw", series: [] });
      },
    };
    await new Engine(source).range({ ...range, signal: controller.signal });
    expect(seen).toBe(controller.signal);
  });
});

describe("selectors are asked for once, together", () => {
  it("with the time each needs", async () => {
    const asked: SelectHints[] = [];
    const source: SeriesSource = {
      select: (_matchers, hints) => {
        asked.push(hints);
        return Promise.resolve({ kind: "raw", series: [] });
      },
    };
    const query = "rate(a[10m] offset 1h) / b @ 100 > c[5m:1m] offset 5m"
      .replace("c[5m:1m]", "max_over_time(c[5m:1m])")
      .replace(" offset 5m", "");
    await new Engine(source).range({ query, startMs: 7_200_000, endMs: 7_800_000, stepMs: 60_000 });
    expect(asked.map(({ startMs, endMs, rangeMs }) => [startMs, endMs, rangeMs])).toEqual([
      [7_200_000 - 3_600_000 - 600_000, 7_800_000 - 3_600_000, 600_000],
      [100_000 - 300_000, 100_000, 0],
      [7_200_000 - 300_000 + 60_000 - 300_000, 7_800_000, 0],
    ]);
  });
});
