import { describe, expect, it } from "vitest";
import { timeLabels } from "./grid-labels.ts";

const at = (...times: [day: number, hour: number, minute?: number][]) =>
  times.map(([day, hour, minute = 0]) => ({ startedAt: new Date(2026, 2, day, hour, minute).toISOString() }));

describe("timeLabels", () => {
  it("names a day where it begins, and leaves out what has no room", () => {
    expect(timeLabels(at([1, 2], [1, 14], [2, 2], [3, 2], [4, 2], [5, 2]))).toEqual([
      "1 Mar",
      null,
      null,
      null,
      "4 Mar",
      null,
    ]);
  });

  it("tells the time where all runs are of one day", () => {
    expect(timeLabels(at([1, 2, 0], [1, 2, 0], [1, 2, 1], [1, 2, 2], [1, 2, 3]))).toEqual([
      "02:00",
      null,
      null,
      null,
      "02:03",
    ]);
  });

  it("has nothing to say of no runs", () => {
    expect(timeLabels([])).toEqual([]);
  });
});
