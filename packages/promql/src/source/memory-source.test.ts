import { describe, expect, it } from "vitest";
import { emptyHistogram, type FloatHistogram } from "../histogram/float-histogram.ts";
import { Labels } from "../model/labels.ts";
import { createMatcher } from "../model/matcher.ts";
import { isStaleAt } from "../model/stale.ts";
import { MemorySource } from "./memory-source.ts";
import type { RawSeries } from "./series-source.ts";

const labels = Labels.of({ __name__: "m" });
const everything = [createMatcher("__name__", "=", "m")];

async function read(source: MemorySource, startMs = -Infinity, endMs = Infinity): Promise<RawSeries | undefined> {
  const steps = { startMs: 0, stepMs: 1, count: 1 };
  const hints = { startMs, endMs, steps, rangeMs: 0, lookbackMs: 0, mayCompute: false };
  const result = await source.select(everything, hints);
  return result.kind === "raw" ? result.series[0] : undefined;
}

describe("MemorySource", () => {
  it("keeps samples in order, whatever the order they come in, and the last of a moment", async () => {
    const source = new MemorySource();
    for (const [timeMs, value] of [
      [20, 2],
      [10, 1],
      [30, 3],
      [20, 22],
    ] as const)
      source.append(labels, timeMs, value);
    const series = await read(source);
    expect([...(series?.timestampsMs ?? [])]).toEqual([10, 20, 30]);
    expect([...(series?.values ?? [])]).toEqual([1, 22, 3]);
  });

  it("gives the samples after the start up to the end", async () => {
    const source = new MemorySource();
    for (const timeMs of [10, 20, 30, 40]) source.append(labels, timeMs, timeMs);
    expect([...((await read(source, 10, 30))?.values ?? [])]).toEqual([20, 30]);
    expect(await read(source, 40, 50)).toBeUndefined();
  });

  it("marks the end of a series", async () => {
    const source = new MemorySource();
    source.append(labels, 10, NaN);
    source.append(labels, 20, "stale");
    const values = (await read(source))?.values ?? new Float64Array();
    expect([isStaleAt(values, 0), isStaleAt(values, 1)]).toEqual([false, true]);
  });

  it("knows of histograms whether the counter went on", async () => {
    const source = new MemorySource();
    const histogram = (count: number, change: Partial<FloatHistogram> = {}): FloatHistogram => ({
      ...emptyHistogram,
      count,
      ...change,
    });
    const samples = [
      histogram(1),
      histogram(2),
      histogram(1),
      histogram(5, { hint: "gauge" }),
      histogram(6),
      7,
      histogram(8),
    ];
    samples.forEach((sample, index) => source.append(labels, index, sample));
    const hints = (await read(source))?.histograms?.map((each) => each?.hint);
    expect(hints).toEqual(["unknown", "not_reset", "unknown", "gauge", "unknown", undefined, "unknown"]);
  });
});
