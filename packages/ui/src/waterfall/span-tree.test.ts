import { describe, expect, it } from "vitest";
import { SpanTable } from "./span-table.ts";
import { buildSpanTree, descendantCount, errorsWithin, idOf, nodeOf, startsBeforeParentNs } from "./span-tree.ts";
import { randomSpans, sketchSpans, type SpanSketch } from "./testing/trace-builder.ts";

const treeOf = (sketches: SpanSketch[]) => buildSpanTree(new SpanTable(sketchSpans(sketches)));

/** `depth:id` by the order of the waterfall. */
const outline = (sketches: SpanSketch[]) => {
  const tree = treeOf(sketches);
  return [...tree.order].map((node) => `${tree.depth[node]}:${idOf(tree, node)}`).join(" ");
};

const cases: { name: string; spans: SpanSketch[]; outline: string }[] = [
  { name: "nothing", spans: [], outline: "" },
  {
    name: "children by start, whatever order they came in",
    spans: [
      { id: "late", parent: "run", ms: [50, 90] },
      { id: "grandchild", parent: "early", ms: [12, 20] },
      { id: "early", parent: "run", ms: [10, 40] },
      { id: "run", ms: [0, 100] },
    ],
    outline: "0:run 1:early 2:grandchild 1:late",
  },
  {
    name: "several roots by start",
    spans: [
      { id: "second", ms: [20, 30] },
      { id: "first", ms: [0, 10] },
      { id: "child", parent: "second", ms: [21, 22] },
    ],
    outline: "0:first 0:second 1:child",
  },
  {
    name: "siblings under a parent that has not arrived, in its place",
    spans: [
      { id: "extract", parent: "run", ms: [10, 40] },
      { id: "load", parent: "run", ms: [40, 90] },
      { id: "page", parent: "load", ms: [41, 50] },
    ],
    outline: "0:run 1:extract 1:load 2:page",
  },
  { name: "a span that is its own parent", spans: [{ id: "a", parent: "a", ms: [0, 1] }], outline: "0:a" },
  {
    name: "a circle, cut at its earliest span, and what hangs on it",
    spans: [
      { id: "b", parent: "a", ms: [5, 6] },
      { id: "a", parent: "c", ms: [1, 9] },
      { id: "c", parent: "b", ms: [7, 8] },
      { id: "leaf", parent: "c", ms: [8, 9] },
    ],
    outline: "0:a 1:b 2:c 3:leaf",
  },
  {
    name: "a span that came twice",
    spans: [
      { id: "run", ms: [0, 10] },
      { id: "step", parent: "run", ms: [1, 2] },
      { id: "step", parent: "run", ms: [1, 2] },
      { id: "inner", parent: "step", ms: [1, 2] },
    ],
    outline: "0:run 1:step 2:inner 1:step",
  },
];

describe("buildSpanTree", () => {
  it.each(cases)("orders $name", ({ spans, outline: expected }) => {
    expect(outline(spans)).toBe(expected);
  });

  it("lets a placeholder cover its children", () => {
    const tree = treeOf([
      { id: "a", parent: "gone", ms: [10, 40] },
      { id: "b", parent: "gone", ms: [20, 70] },
    ]);
    const node = nodeOf(tree, "gone");
    expect(node).toBe(2);
    expect((tree.endNs[node] ?? 0) - (tree.startNs[node] ?? 0)).toBe(60e6);
    expect(tree.extent).toEqual({ startNs: 0, endNs: 60e6 });
  });

  it("marks the members of a circle", () => {
    const tree = treeOf([
      { id: "a", parent: "b", ms: [0, 1] },
      { id: "b", parent: "a", ms: [1, 2] },
      { id: "c", parent: "b", ms: [1, 2] },
    ]);
    expect([...tree.inCycle]).toEqual([1, 1, 0]);
  });

  it("counts descendants and errors of subtrees", () => {
    const tree = treeOf([
      { id: "run", ms: [0, 10], status: "error" },
      { id: "a", parent: "run", ms: [1, 2] },
      { id: "a1", parent: "a", ms: [1, 2], status: "error" },
      { id: "b", parent: "run", ms: [3, 4] },
    ]);
    expect([0, 1, 2, 3].map((node) => descendantCount(tree, node))).toEqual([3, 1, 0, 0]);
    expect([0, 1, 2, 3].map((node) => errorsWithin(tree, node))).toEqual([2, 1, 1, 0]);
  });

  it("tells a child whose clock is behind its parent's", () => {
    const tree = treeOf([
      { id: "run", ms: [5, 10] },
      { id: "early", parent: "run", ms: [2, 4] },
    ]);
    expect(startsBeforeParentNs(tree, nodeOf(tree, "early"))).toBe(3e6);
    expect(startsBeforeParentNs(tree, nodeOf(tree, "run"))).toBe(0);
  });

  it("keeps nanoseconds apart that a double of the epoch would merge", () => {
    const [span] = sketchSpans([{ id: "a", ms: [0, 1] }]);
    if (span === undefined) throw new Error("no span");
    const table = new SpanTable([
      { ...span, startTimeUnixNano: "1763632361999999999" },
      { ...span, spanId: "b", startTimeUnixNano: "1763632362000000001" },
    ]);
    expect(table.startNs).toEqual([0, 2]);
    expect(table.originUnixNano).toBe(1763632361999999999n);
  });

  it("places every span of a big trace once, after its parent", () => {
    const tree = buildSpanTree(new SpanTable(randomSpans(20_000)));
    expect(new Set(tree.order).size).toBe(20_000);
    for (let node = 0; node < tree.nodeCount; node += 1) {
      const above = tree.parent[node] ?? -1;
      if (above < 0) continue;
      const at = tree.position[node] ?? -1;
      expect(at > (tree.position[above] ?? 0) && at < (tree.subtreeEnd[above] ?? 0)).toBe(true);
    }
  });
});
