import { describe, expect, it } from "vitest";
import { SpanTable } from "./span-table.ts";
import { buildSpanTree, idOf, nodeOf } from "./span-tree.ts";
import { sketchSpans } from "./testing/trace-builder.ts";
import { collapsedBelow, nextError, rankAmong, revealed, rowOf, toggled, visibleRows } from "./visible-rows.ts";

const tree = buildSpanTree(
  new SpanTable(
    sketchSpans([
      { id: "run", ms: [0, 100] },
      { id: "extract", parent: "run", ms: [0, 40] },
      { id: "read", parent: "extract", ms: [1, 30], status: "error" },
      { id: "parse", parent: "read", ms: [2, 9] },
      { id: "load", parent: "run", ms: [40, 100] },
      { id: "insert", parent: "load", ms: [41, 99], status: "error" },
    ]),
  ),
);
const seen = (...collapsed: string[]) =>
  [...visibleRows(tree, new Set(collapsed))].map((node) => idOf(tree, node)).join(" ");

describe("visibleRows", () => {
  it.each([
    { collapsed: [], rows: "run extract read parse load insert" },
    { collapsed: ["extract"], rows: "run extract load insert" },
    { collapsed: ["read", "load"], rows: "run extract read load" },
    { collapsed: ["run", "extract"], rows: "run" },
    { collapsed: ["parse", "not there"], rows: "run extract read parse load insert" },
  ])("hides what is under $collapsed", ({ collapsed, rows }) => {
    expect(seen(...collapsed)).toBe(rows);
  });
});

describe("rowOf", () => {
  const rows = visibleRows(tree, new Set(["extract"]));
  it.each([
    { span: "run", row: 0 },
    { span: "extract", row: 1 },
    { span: "parse", row: 1 },
    { span: "load", row: 2 },
    { span: "insert", row: 3 },
  ])("shows $span in row $row", ({ span, row }) => {
    expect(rowOf(tree, rows, nodeOf(tree, span))).toBe(row);
  });

  it("has no row in an empty trace", () => {
    expect(rowOf(buildSpanTree(new SpanTable()), new Int32Array(0), 0)).toBe(-1);
  });
});

describe("collapse state", () => {
  it("toggles", () => {
    expect([...toggled(new Set(["a"]), "b")]).toEqual(["a", "b"]);
    expect([...toggled(new Set(["a"]), "a")]).toEqual([]);
  });

  it("opens the ancestors of a span, and keeps the others", () => {
    const collapsed = new Set(["run", "read", "load"]);
    expect([...revealed(tree, collapsed, nodeOf(tree, "parse"))]).toEqual(["load"]);
    expect(revealed(tree, new Set(["load"]), nodeOf(tree, "parse")).size).toBe(1);
  });

  it("collapses from a depth on", () => {
    expect(seen(...collapsedBelow(tree, 1))).toBe("run extract load");
  });
});

describe("nextError", () => {
  it.each([
    { from: "", step: 1, found: "read" },
    { from: "read", step: 1, found: "insert" },
    { from: "insert", step: 1, found: "read" },
    { from: "read", step: -1, found: "insert" },
    { from: "", step: -1, found: "insert" },
  ] as const)("from '$from' by $step finds $found", ({ from, step, found }) => {
    expect(idOf(tree, nextError(tree, nodeOf(tree, from), step))).toBe(found);
  });

  it("finds none in a clean trace", () => {
    const clean = buildSpanTree(new SpanTable(sketchSpans([{ id: "a", ms: [0, 1] }])));
    expect(nextError(clean, 0, 1)).toBe(-1);
  });
});

describe("rankAmong", () => {
  const marked = Uint8Array.from([0, 0, 1, 0, 1, 1]);
  it.each([
    { span: "read", rank: 1 },
    { span: "insert", rank: 3 },
    { span: "run", rank: 0 },
  ])("$span is number $rank", ({ span, rank }) => {
    expect(rankAmong(tree, marked, nodeOf(tree, span))).toBe(rank);
  });
});
