import { describe, expect, it } from "vitest";
import { catalogueOf, filtered, firstQuery, labelCounts } from "./catalogue.ts";

const metadata = {
  x_seconds: [{ type: "histogram", help: "Time of x.", unit: "seconds" }],
  queue_count: [{ type: "gauge", help: "How many wait.", unit: "" }],
};
const names = ["queue_count", "x_seconds_bucket", "x_seconds_count", "x_seconds_sum", "y_total", "z", "lone_sum"];
const counts = [
  { name: "x_seconds_bucket", value: 24 },
  { name: "x_seconds_count", value: 2 },
  { name: "z", value: 7 },
];
const entries = catalogueOf(names, metadata, counts);

describe("catalogueOf", () => {
  it("joins the parts of a histogram, and nothing else", () => {
    expect(entries.map(({ name, type, series }) => [name, type, series])).toEqual([
      ["queue_count", "gauge", null],
      ["x_seconds", "histogram", 26],
      ["y_total", "counter", null],
      ["z", "unknown", 7],
      ["lone_sum", "unknown", null],
    ]);
  });

  it("knows a histogram without metadata by its buckets", () => {
    expect(catalogueOf(["h_bucket", "h_count", "h_sum"], {}, [])).toMatchObject([{ name: "h", type: "histogram" }]);
  });
});

describe("filtered", () => {
  it.each([
    [{}, ["lone_sum", "queue_count", "x_seconds", "y_total", "z"]],
    [{ q: "TIME x" }, ["x_seconds"]],
    [{ type: "gauge" as const }, ["queue_count"]],
    [{ sort: "series" as const }, ["x_seconds", "z", "lone_sum", "queue_count", "y_total"]],
    [{ q: "nothing" }, []],
  ])("by %j", (search, expected) => {
    expect(filtered(entries, search).map(({ name }) => name)).toEqual(expected);
  });
});

it.each([
  [{ name: "a_total", type: "counter" as const, parts: ["a_total"] }, "rate(a_total[5m])"],
  [{ name: "g", type: "gauge" as const, parts: ["g"] }, "g"],
  [{ name: "http.x", type: "gauge" as const, parts: ["http.x"] }, '{"http.x"}'],
  [
    { name: "h", type: "histogram" as const, parts: ["h_bucket"] },
    "histogram_quantile(0.95, sum by (le) (rate(h_bucket[5m])))",
  ],
  [{ name: "h", type: "histogram" as const, parts: ["h"] }, "histogram_quantile(0.95, sum(rate(h[5m])))"],
])("asks first of %j", (entry, query) => {
  expect(firstQuery(entry)).toBe(query);
});

it("counts the values of labels", () => {
  const series = [
    { __name__: "a", job: "x", path: "/1" },
    { __name__: "a", job: "x", path: "/2" },
    { __name__: "a", job: "x", path: "/2", z: "" },
  ];
  expect(labelCounts(series)).toEqual([
    { name: "path", values: ["/2", "/1"] },
    { name: "job", values: ["x"] },
    { name: "z", values: [""] },
  ]);
});
