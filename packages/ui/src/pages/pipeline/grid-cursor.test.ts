import { describe, expect, it } from "vitest";
import { moveInGrid } from "./grid-cursor.ts";

const size = { stages: 3, runs: 5 };

describe("moveInGrid", () => {
  it.each([
    [{ stage: 0, run: 2 }, "ArrowLeft", { stage: 0, run: 1 }],
    [{ stage: 0, run: 2 }, "l", { stage: 0, run: 3 }],
    [{ stage: 0, run: 0 }, "h", { stage: 0, run: 0 }],
    [{ stage: 0, run: 4 }, "ArrowRight", { stage: 0, run: 4 }],
    [{ stage: 0, run: 1 }, "k", { stage: -1, run: 1 }],
    [{ stage: -1, run: 1 }, "ArrowUp", { stage: -1, run: 1 }],
    [{ stage: 2, run: 1 }, "j", { stage: 2, run: 1 }],
    [{ stage: 2, run: 3 }, "Home", { stage: 2, run: 0 }],
    [{ stage: 2, run: 3 }, "End", { stage: 2, run: 4 }],
    [{ stage: 0, run: 0 }, "x", null],
  ])("from %j, %s leads to %j", (place, key, expected) => {
    expect(moveInGrid(place, key, size)).toEqual(expected);
  });
});
