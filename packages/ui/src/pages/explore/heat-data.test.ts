import { describe, expect, it } from "vitest";
import type { HistogramBucket, QueryData } from "../../api/prometheus.ts";
import { heatOf, isOneHistogram, rowOf } from "./heat-data.ts";

const range = { startMs: 0, endMs: 10_000, stepMs: 10_000 };

const classic = (counts: Record<string, [number, string][]>): QueryData => ({
  resultType: "matrix",
  result: Object.entries(counts).map(([le, values]) => ({ metric: { le }, values })),
});

const native = (...buckets: HistogramBucket[]): QueryData => ({
  resultType: "matrix",
  result: [{ metric: {}, histograms: [[0, { count: "1", sum: "1", buckets }]] }],
});

describe("heatOf", () => {
  it("takes lower buckets off higher ones", () => {
    const data = classic({ "+Inf": [[0, "10"], [10, "12"]], "0.5": [[0, "7"]], "0.1": [[0, "4"], [10, "5"]] }); // prettier-ignore
    const heat = heatOf(data, range);
    expect(heat?.bounds).toEqual([0, 0.1, 0.5, Infinity]);
    expect(heat?.cells).toEqual([
      [4, 5],
      [3, null],
      [3, 12],
    ]);
    expect(heat?.max).toBe(12);
    expect(heat?.edges).toEqual(["0", "0.1", "0.5", "∞"]);
  });

  it("adds up series of the same bound, and never falls below nothing", () => {
    const data: QueryData = {
      resultType: "matrix",
      result: [
        { metric: { le: "1", job: "a" }, values: [[0, "5"]] },
        { metric: { le: "1", job: "b" }, values: [[0, "6"]] },
        { metric: { le: "2", job: "a" }, values: [[0, "9"]] },
        { metric: { le: "4", job: "a" }, values: [[0, "10"]] },
      ],
    };
    expect(heatOf(data, range)?.cells).toEqual([
      [11, null],
      [0, null],
      [1, null],
    ]);
  });

  it("takes what rates leave in the last digit for no observation", () => {
    const heat = heatOf(classic({ "1": [[0, "0.3"]], "2": [[0, "0.30000000000000004"]], "4": [[0, "0.4"]] }), range);
    expect(heat?.cells.map(([first]) => first)).toEqual([0.3, 0, expect.closeTo(0.1)]);
  });

  it("reads native buckets, below zero and around it too", () => {
    const heat = heatOf(native([1, "-2", "-1", "3"], [3, "-0.001", "0.001", "5"], [0, "1", "2", "7"]), range);
    expect(heat?.bounds).toEqual([-2, -1, -0.001, 0.001, 1, 2]);
    expect(heat?.cells.map(([first]) => first)).toEqual([3, null, 5, null, 7]);
    expect(heat?.totals).toEqual([15, null]);
  });

  it("joins rows that would be too thin, and loses nothing", () => {
    const buckets = Array.from({ length: 160 }, (_, i): HistogramBucket => [0, String(i), String(i + 1), "2"]);
    const heat = heatOf(native(...buckets), range);
    expect(heat?.cells.length).toBeLessThanOrEqual(48);
    expect(heat?.cells.reduce((sum, [first]) => sum + (first ?? 0), 0)).toBeCloseTo(320);
  });

  it("leaves out bounds that nothing was between, at both ends", () => {
    const counts = { "0.1": "0", "0.5": "7", "1": "7", "2": "9", "+Inf": "9" };
    const data = classic(Object.fromEntries(Object.entries(counts).map(([le, count]) => [le, [[0, count]]])));
    expect(heatOf(data, range, { of: "seconds", isPerSecond: false })).toMatchObject({
      cells: [
        [7, null],
        [0, null],
        [2, null],
      ],
      edges: ["100ms", "500ms", "1s", "2s"],
    });
  });

  it("is nothing for other series", () => {
    const data: QueryData = { resultType: "matrix", result: [{ metric: { job: "a" }, values: [[0, "1"]] }] };
    expect(heatOf(data, range)).toBeNull();
  });
});

it.each([
  [0.05, 0.5],
  [0.1, 1],
  [0.3, 1.5],
  [7, 2.5],
  [-1, 0],
])("sets %d at row %d", (value, row) => {
  expect(rowOf(value, [0, 0.1, 0.5, Infinity])).toBeCloseTo(row);
});

describe("isOneHistogram", () => {
  const buckets = (...labels: Record<string, string>[]): QueryData => ({
    resultType: "matrix",
    result: labels.map((metric) => ({ metric, values: [[0, "1"]] })),
  });
  it.each<[string, QueryData, boolean]>([
    ["buckets", buckets({ le: "1" }, { le: "2" }, { le: "+Inf" }), true],
    ["buckets of one job", buckets({ job: "a", le: "1" }, { le: "2", job: "a" }, { le: "+Inf", job: "a" }), true],
    ["buckets of two jobs", buckets({ job: "a", le: "1" }, { job: "a", le: "2" }, { job: "b", le: "1" }), false],
    ["other series", buckets({ job: "a" }, { job: "b" }, { job: "c" }), false],
    ["two bounds only", buckets({ le: "1" }, { le: "2" }), false],
    ["a native histogram", native([0, "0", "1", "1"]), false],
  ])("of %s", (_, data, expected) => {
    expect(isOneHistogram(data, range)).toBe(expected);
  });
});
