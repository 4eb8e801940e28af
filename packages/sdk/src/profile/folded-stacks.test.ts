import { describe, expect, it } from "vitest";
import type { Stack } from "./call-tree.ts";
import { foldedStacks } from "./folded-stacks.ts";

const stack = (names: string, selfUs: number): Stack => ({
  frames: names.split(">").map((name) => ({ name, file: "", line: 0 })),
  selfUs,
});
const sum = (parts: string[]) =>
  parts
    .join("")
    .split("\n")
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);

describe("folded stacks", () => {
  it("are lines that flame graph tools read, the largest first; equal stacks are one", () => {
    expect(foldedStacks([stack("a>b", 1.4), stack("a", 5), stack("a>b", 2)])).toEqual(["a 5\na;b 3\n"]);
  });

  it("keep their separators to themselves", () => {
    expect(foldedStacks([stack("a;b\nc", 1)])).toEqual(["a,b,c 1\n"]);
  });

  it("go on in a further part, cut at line ends", () => {
    const stacks = Array.from({ length: 10 }, (_, i) => stack(`f${i}`, 10));
    const parts = foldedStacks(stacks, { partCharsMax: 30, partsMax: 8 });
    expect(parts.length).toBe(2);
    for (const part of parts) expect(part).toMatch(/^(?:f\d 10\n)+$/);
  });

  it("never exceed their limits, and the sum stays right", () => {
    const stacks = Array.from({ length: 500 }, (_, i) => stack(`function${i}`, i + 1));
    const parts = foldedStacks(stacks, { partCharsMax: 200, partsMax: 3 });
    expect(parts).toHaveLength(3);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(200);
    expect(parts[0]).toMatch(/^function499 500\n/);
    expect(parts[2]).toMatch(/\n\(other\) \d+\n$/);
    expect(sum(parts)).toBe((500 * 501) / 2);
  });

  it("of which one alone is too long count as others", () => {
    expect(foldedStacks([stack("x".repeat(300), 9), stack("a", 1)], { partCharsMax: 200, partsMax: 2 })).toEqual([
      "a 1\n(other) 9\n",
    ]);
  });

  it("of nothing are nothing", () => {
    expect(foldedStacks([])).toEqual([]);
  });
});
