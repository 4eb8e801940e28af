import { describe, expect, it } from "vitest";
import { callTimes, type CpuProfile, frameLabel } from "./call-tree.ts";

const node = (id: number, functionName: string, children: number[] = [], url = "file:///app/src/a.ts") => ({
  id,
  callFrame: { functionName, url, lineNumber: id * 10 - 1 },
  children,
});

/** root → outer → inner → outer (recursion), and idle. */
const profile: CpuProfile = {
  nodes: [
    node(1, "(root)", [2, 5], ""),
    node(2, "outer", [3]),
    node(3, "inner", [4]),
    { ...node(4, "outer"), callFrame: node(2, "outer").callFrame },
    node(5, "(idle)", [], ""),
  ],
  startTime: 1000,
  endTime: 2000,
  samples: [2, 3, 4, 5],
  timeDeltas: [0, 100, 200, 300],
};
const times = callTimes(profile, "/app");

describe("call times", () => {
  it("give a sample the time until the next one, and the last one the rest", () => {
    expect(times.stacks.map(({ frames, selfUs }) => [frames.map(({ name }) => name).join(";"), selfUs])).toEqual([
      ["(idle)", 400],
      ["outer", 100],
      ["outer;inner", 200],
      ["outer;inner;outer", 300],
    ]);
    expect(times).toMatchObject({ durationUs: 1000, sampleCount: 4, idleUs: 400 });
  });

  it("count a function once in its own total, however deep it calls itself", () => {
    expect(times.functions.map(({ name, selfUs, totalUs }) => [name, selfUs, totalUs])).toEqual([
      ["outer", 400, 600],
      ["inner", 200, 500],
    ]);
  });

  it.each([
    ["file:///app/src/a.ts", "src/a.ts"],
    ["file:///elsewhere/b.ts", "/elsewhere/b.ts"],
    ["file:///app/node_modules/x/node_modules/@s/pg/c.js", "node_modules/@s/pg/c.js"],
    ["node:internal/timers", "node:internal/timers"],
    ["", ""],
  ])("write %s as %s", (url, file) => {
    const one = { ...profile, nodes: [node(1, "(root)", [2], ""), { ...node(2, "f", [], url) }], samples: [2] };
    expect(callTimes(one, "/app").functions[0]?.file).toBe(file);
  });

  it("take a stack of any depth, and a profile without samples", () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) => node(i + 1, i === 0 ? "(root)" : "f", [i + 2]));
    expect(callTimes({ ...profile, nodes: nodes.slice(0, 3000), samples: [3000] }, "/app").stacks).toHaveLength(1);
    expect(callTimes({ nodes: [], startTime: 0, endTime: 5 }, "/app")).toMatchObject({ durationUs: 5, stacks: [] });
  });
});

it("a frame without a file is its name", () => {
  expect(frameLabel({ name: "(garbage collector)", file: "", line: 0 })).toBe("(garbage collector)");
  expect(frameLabel({ name: "f", file: "src/a.ts", line: 3 })).toBe("f (src/a.ts:3)");
});
