import { describe, expect, it } from "vitest";
import { criticalByNode, criticalPath } from "./critical-path.ts";
import { selfTimes, timeByService } from "./self-time.ts";
import { SpanTable } from "./span-table.ts";
import { buildSpanTree, idOf } from "./span-tree.ts";
import { randomSpans, sketchSpans, type SpanSketch } from "./testing/trace-builder.ts";

const treeOf = (sketches: SpanSketch[]) => buildSpanTree(new SpanTable(sketchSpans(sketches)));

const cases: { name: string; spans: SpanSketch[]; path: string; self: Record<string, number> }[] = [
  { name: "one span", spans: [{ id: "run", ms: [0, 10] }], path: "run 0-10", self: { run: 10 } },
  {
    name: "steps one after the other",
    spans: [
      { id: "run", ms: [0, 100] },
      { id: "a", parent: "run", ms: [10, 40] },
      { id: "b", parent: "run", ms: [50, 90] },
    ],
    path: "run 0-10, a 10-40, run 40-50, b 50-90, run 90-100",
    self: { run: 30, a: 30, b: 40 },
  },
  {
    name: "steps beside each other: the last to end was waited for",
    spans: [
      { id: "run", ms: [0, 100] },
      { id: "short", parent: "run", ms: [10, 60] },
      { id: "long", parent: "run", ms: [20, 90] },
    ],
    path: "run 0-20, long 20-90, run 90-100",
    self: { run: 20, short: 50, long: 70 },
  },
  {
    name: "a child that outlives its parent, to the parent's end",
    spans: [
      { id: "run", ms: [0, 100] },
      { id: "async", parent: "run", ms: [60, 150] },
    ],
    path: "run 0-60, async 60-100",
    self: { run: 60, async: 90 },
  },
  {
    name: "a child that starts before its parent, from the parent's start",
    spans: [
      { id: "run", ms: [10, 100] },
      { id: "skewed", parent: "run", ms: [0, 30] },
    ],
    path: "skewed 10-30, run 30-100",
    self: { run: 70, skewed: 30 },
  },
  {
    name: "children within children",
    spans: [
      { id: "run", ms: [0, 10] },
      { id: "a", parent: "run", ms: [0, 10] },
      { id: "b", parent: "a", ms: [2, 8] },
    ],
    path: "a 0-2, b 2-8, a 8-10",
    self: { run: 0, a: 4, b: 6 },
  },
];

describe("criticalPath and selfTimes", () => {
  it.each(cases)("reads $name", ({ spans, path, self }) => {
    const tree = treeOf(spans);
    const ms = (ns: number) => Math.round(ns / 1e6);
    // Spans count from the first one in the list; the sketches from the trace's start.
    const zero = ms(Number(tree.spans.originUnixNano % 1_000_000_000n));
    const text = criticalPath(tree)
      .reverse()
      .map(({ node, startNs, endNs }) => `${idOf(tree, node)} ${zero + ms(startNs)}-${zero + ms(endNs)}`)
      .join(", ");
    expect(text).toBe(path);
    const times = selfTimes(tree);
    expect(Object.fromEntries([...times].map((ns, node) => [idOf(tree, node), ms(ns)]))).toEqual(self);
  });

  it("has no path in an empty trace", () => {
    expect(criticalPath(treeOf([]))).toEqual([]);
  });

  it("covers the root exactly once in any tree", () => {
    const tree = buildSpanTree(new SpanTable(randomSpans(5_000, 11)));
    const segments = criticalPath(tree);
    let cursor = 60e9;
    for (const { startNs, endNs } of segments) {
      expect(endNs).toBe(cursor);
      expect(startNs).toBeLessThan(endNs);
      cursor = startNs;
    }
    expect(cursor).toBe(0);
    const inNodes = [...criticalByNode(segments).values()].reduce((sum, list) => sum + list.length, 0);
    expect(inNodes).toBe(segments.length);
  });
});

describe("timeByService", () => {
  it("sums own time, spans and errors, most time first", () => {
    const tree = treeOf([
      { id: "run", ms: [0, 100], service: "flights" },
      { id: "query", parent: "run", ms: [10, 90], service: "warehouse", status: "error" },
    ]);
    expect(timeByService(tree, selfTimes(tree))).toEqual([
      { service: "warehouse", spanCount: 1, errorCount: 1, selfNs: 80e6 },
      { service: "flights", spanCount: 1, errorCount: 0, selfNs: 20e6 },
    ]);
  });
});
