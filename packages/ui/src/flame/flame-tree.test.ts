import { describe, expect, it } from "vitest";
import { boxesOf, flameOf, nameOf, stepFrom } from "./flame-tree.ts";

const folded = `
run (src/run.ts:3);parse (src/a.ts:1) 30
run (src/run.ts:3);parse (src/a.ts:1);split (node_modules/csv/b.js:2) 20
run (src/run.ts:3);write (node:fs:9) 40
(idle) 500
(garbage collector) 10
`;
const flame = flameOf(folded);

describe("a flame graph", () => {
  it("has each frame below its caller, the longest first, and waiting last", () => {
    expect(flame.totalUs).toBe(600);
    expect(
      flame.frames.map(({ label, depth, startUs, totalUs, selfUs }) => [
        nameOf(label),
        depth,
        startUs,
        totalUs,
        selfUs,
      ]),
    ).toEqual([
      ["run", 0, 0, 90, 0],
      ["parse", 1, 0, 50, 30],
      ["split", 2, 0, 20, 20],
      ["write", 1, 50, 40, 40],
      ["(garbage collector)", 0, 90, 10, 10],
      ["(idle)", 0, 100, 500, 500],
    ]);
  });

  it("tells whose code a frame is", () => {
    expect(flame.frames.map(({ kind }) => kind)).toEqual(["own", "own", "package", "runtime", "runtime", "idle"]);
  });

  it("leaves out what is no folded stack, and takes any depth", () => {
    expect(flameOf("no time\n;;\n12\na b 3\n-1\n").frames.map(({ label }) => label)).toEqual(["a b"]);
    expect(flameOf(`${"f;".repeat(100_000)}g 1`).frames).toHaveLength(512);
    expect(flameOf("")).toEqual({ totalUs: 0, frames: [] });
  });
});

describe("what is drawn", () => {
  it("is everything that is wide enough", () => {
    expect(boxesOf(flame, -1, 0.05).map(({ index }) => index)).toEqual([0, 1, 3, 5]);
    expect(boxesOf(flame, -1, 0)[5]).toEqual({ index: 5, left: 100 / 600, width: 500 / 600 });
  });

  it("is, zoomed, the frame over the whole width, its callers, and what it called", () => {
    expect(boxesOf(flame, 1, 0.001)).toEqual([
      { index: 0, left: 0, width: 1 },
      { index: 1, left: 0, width: 1 },
      { index: 2, left: 0, width: 0.4 },
    ]);
  });

  it("is nothing of nothing", () => {
    expect(boxesOf(flameOf(""), -1, 0.001)).toEqual([]);
  });
});

it.each([
  [1, "caller", 0],
  [0, "caller", 0],
  [0, "callee", 1],
  [2, "callee", 2],
  [1, "after", 3],
  [3, "before", 1],
  [5, "after", 5],
  [-1, "after", 0],
] as const)("from frame %i to the %s is frame %i", (from, step, to) => {
  expect(stepFrom(flame, boxesOf(flame, -1, 0), from, step)).toBe(to);
});
