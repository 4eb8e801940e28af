import { describe, expect, it } from "vitest";
import { drawMinimap, errorCell } from "./minimap.ts";
import { SpanTable } from "./span-table.ts";
import { buildSpanTree } from "./span-tree.ts";
import { sketchSpans } from "./testing/trace-builder.ts";

const tree = buildSpanTree(
  new SpanTable(
    sketchSpans([
      { id: "run", ms: [0, 100] },
      { id: "extract", parent: "run", ms: [0, 50] },
      { id: "load", parent: "run", ms: [50, 100], status: "error" },
      { id: "instant", parent: "load", ms: [100, 100] },
    ]),
  ),
);
const art = (lines: number) => {
  const map = drawMinimap(tree, { columns: 10, lines }, (node) => node);
  return Array.from({ length: map.lines }, (_, line) =>
    [...map.cells.subarray(line * 10, line * 10 + 10)]
      .map((cell) => (cell === 0 ? "." : cell === errorCell ? "!" : String(cell)))
      .join(""),
  );
};

describe("drawMinimap", () => {
  it("draws a line per span while there is room, an instant too", () => {
    expect(art(7)).toEqual(["1111111111", "22222.....", ".....!!!!!", ".........4"]);
  });

  it("keeps bars apart while there is room for that too", () => {
    const free = "..........";
    expect(art(8)).toEqual(["1111111111", free, "22222.....", free, ".....!!!!!", free, ".........4", free]);
  });

  it("folds lines: the deeper span wins, an error before all", () => {
    expect(art(2)).toEqual(["2222211111", ".....!!!!!"]);
  });
});
