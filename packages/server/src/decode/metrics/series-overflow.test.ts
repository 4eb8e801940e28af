import { expect, it } from "vitest";
import { limits } from "../../model/limits.ts";
import { ByteSource } from "../native/byte-source.ts";
import { canonicalLabels } from "./canonical-labels.ts";
import { SeriesOverflow } from "./series-overflow.ts";

it("has a bounded number of series even where the labels that it keeps explode, and loses no growth", () => {
  const overflow = new SeriesOverflow();
  const instances = limits.overflowSeriesPerMetricMax.value + 500;
  for (const value of [10, 13]) {
    for (let instance = 0; instance < instances; instance++) {
      const bytes = canonicalLabels([
        ["__name__", "m_total"],
        ["instance", `i-${instance}`],
        ["user", "u"],
      ]);
      overflow.add("m_total", { source: new ByteSource(bytes), start: 0, end: bytes.length }, { timeMs: 1000, value });
    }
  }
  const points = [...overflow.take()];
  expect(points).toHaveLength(limits.overflowSeriesPerMetricMax.value + 1);
  expect(points.reduce((sum, { value }) => sum + value, 0)).toBe(instances * 3);
  expect(overflow.report()).toMatchObject([{ metric: "m_total", label: "instance", labelValues: instances }]);
});

it("leaves nothing of a request that failed to the next one but what counters grew by", () => {
  const overflow = new SeriesOverflow();
  const bytes = canonicalLabels([
    ["__name__", "m_total"],
    ["user", "u"],
  ]);
  const add = (value: number) =>
    overflow.add("m_total", { source: new ByteSource(bytes), start: 0, end: bytes.length }, { timeMs: 1000, value });
  add(10);
  overflow.discard();
  expect([...overflow.take()]).toEqual([]);
  add(15);
  overflow.discard();
  // It is sent again.
  add(15);
  expect([...overflow.take()]).toMatchObject([{ value: 5 }]);
});
