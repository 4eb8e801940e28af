import { expect, it } from "vitest";
import { limits } from "../../model/limits.ts";
import { ByteSource } from "../native/byte-source.ts";
import { canonicalLabels } from "./canonical-labels.ts";
import { SeriesOverflow } from "./series-overflow.ts";

const sample = { timeMs: 10_000, startMs: 0, isCounter: false };
const seriesOf = (...labels: [string, string][]) => {
  const bytes = canonicalLabels(labels);
  return { source: new ByteSource(bytes), start: 0, end: bytes.length };
};

it("counts what a counter that is new has counted, and begins with a zero where it began", () => {
  const overflow = new SeriesOverflow(5000);
  const add = (metric: string, user: string, startMs: number, value: number) =>
    overflow.add(metric, seriesOf(["__name__", metric], ["user", user]), {
      timeMs: 10_000,
      startMs,
      value,
      isCounter: true,
    });
  add("jobs.failed", "new", 9000, 3);
  add("jobs.failed", "newer", 9500, 4);
  // It may have been counted before the server started.
  add("jobs.failed", "old", 4000, 100);
  expect([...overflow.take()]).toMatchObject([{ value: 7, startMs: 9000 }]);
  add("jobs.failed", "old", 4000, 101);
  add("jobs.failed", "newest", 9900, 1);
  expect([...overflow.take()]).toMatchObject([{ value: 9, startMs: 0 }]);
});

it("names the label that exploded, never a histogram's bounds", () => {
  const overflow = new SeriesOverflow(0);
  for (const le of ["1", "2", "3", "+Inf"])
    for (const user of ["a", "b"])
      overflow.add("h_bucket", seriesOf(["__name__", "h_bucket"], ["le", le], ["user", user]), { ...sample, value: 1 });
  expect(overflow.report()).toMatchObject([{ label: "user", labelValues: 2, series: 8 }]);
});

it("does not count a counter again that it forgot at the end of the day", () => {
  const overflow = new SeriesOverflow(5000);
  const add = (value: number) =>
    overflow.add("a_total", seriesOf(["__name__", "a_total"]), { ...sample, startMs: 9000, value });
  add(3);
  overflow.take();
  overflow.beginDay(20_000);
  add(5);
  add(6);
  expect([...overflow.take()]).toMatchObject([{ value: 4, startMs: 0 }]);
});

it("has a bounded number of series even where the labels that it keeps explode, and loses no growth", () => {
  const overflow = new SeriesOverflow(5000);
  const instances = limits.overflowSeriesPerMetricMax.value + 500;
  for (const value of [10, 13]) {
    for (let instance = 0; instance < instances; instance++) {
      const bytes = canonicalLabels([
        ["__name__", "m_total"],
        ["instance", `i-${instance}`],
        ["user", "u"],
      ]);
      overflow.add("m_total", { source: new ByteSource(bytes), start: 0, end: bytes.length }, { ...sample, value });
    }
  }
  const points = [...overflow.take()];
  expect(points).toHaveLength(limits.overflowSeriesPerMetricMax.value + 1);
  expect(points.reduce((sum, { value }) => sum + value, 0)).toBe(instances * 3);
  expect(overflow.report()).toMatchObject([{ metric: "m_total", label: "instance", labelValues: instances }]);
});

it("leaves nothing of a request that failed to the next one but what counters grew by", () => {
  const overflow = new SeriesOverflow(5000);
  const bytes = canonicalLabels([
    ["__name__", "m_total"],
    ["user", "u"],
  ]);
  const add = (value: number) =>
    overflow.add("m_total", { source: new ByteSource(bytes), start: 0, end: bytes.length }, { ...sample, value });
  add(10);
  overflow.discard();
  expect([...overflow.take()]).toEqual([]);
  add(15);
  overflow.discard();
  // It is sent again.
  add(15);
  expect([...overflow.take()]).toMatchObject([{ value: 5 }]);
});
