import { describe, expect, it } from "vitest";
import { clampRange, isWhole, panned, tickStepNs, timeTicks, zoomed } from "./time-axis.ts";

const whole = { startNs: 0, endNs: 1000 };

describe("timeTicks", () => {
  it.each([
    { range: [0, 10], labels: ["0", "2 ns", "4 ns", "6 ns", "8 ns", "10 ns"] },
    { range: [0, 2_500_000], labels: ["0", "500 µs", "1.0 ms", "1.5 ms", "2.0 ms", "2.5 ms"] },
    { range: [1.2e9, 3.1e9], labels: ["1.5 s", "2.0 s", "2.5 s", "3.0 s"] },
    { range: [0, 300e9], labels: ["0", "1 min", "2 min", "3 min", "4 min", "5 min"] },
    { range: [3600e9, 3690e9], labels: ["1 h", "1 h 30 s", "1 h 1 min", "1 h 1 min 30 s"] },
    { range: [0, 5 * 86_400e9], labels: ["0", "1 d", "2 d", "3 d", "4 d", "5 d"] },
  ])("labels $range", ({ range: [startNs = 0, endNs = 0], labels }) => {
    expect(timeTicks({ startNs, endNs }, 0, 5).map((tick) => tick.label)).toEqual(labels);
  });

  it("counts from the trace's start, also before it", () => {
    expect(timeTicks({ startNs: 500, endNs: 1500 }, 1000, 2)).toEqual([
      { atNs: 500, label: "−500 ns" },
      { atNs: 1000, label: "0" },
      { atNs: 1500, label: "500 ns" },
    ]);
  });

  it("has none for an empty range or no room", () => {
    expect(timeTicks({ startNs: 5, endNs: 5 }, 0, 5)).toEqual([]);
    expect(timeTicks(whole, 0, 0)).toEqual([]);
  });

  it("never gives more ticks than there is room for, at any length", () => {
    for (let width = 1; width < 1e18; width *= 3.7) {
      expect(timeTicks({ startNs: 0, endNs: width }, 0, 8).length).toBeLessThanOrEqual(9);
      expect(tickStepNs(width)).toBeGreaterThanOrEqual(width);
    }
  });
});

describe("zoom", () => {
  it("keeps the instant under the pointer in place", () => {
    expect(zoomed(whole, whole, 250, 0.5)).toEqual({ startNs: 125, endNs: 625 });
  });

  it("never leaves the whole", () => {
    expect(zoomed({ startNs: 100, endNs: 600 }, whole, 100, 10)).toEqual(whole);
    expect(panned({ startNs: 100, endNs: 600 }, whole, 900)).toEqual({ startNs: 500, endNs: 1000 });
    expect(panned({ startNs: 100, endNs: 600 }, whole, -900)).toEqual({ startNs: 0, endNs: 500 });
  });

  it("stops before nothing is left", () => {
    expect(clampRange({ startNs: 500, endNs: 500 }, whole)).toEqual({ startNs: 500, endNs: 600 });
    expect(clampRange({ startNs: 3, endNs: 9 }, { startNs: 0, endNs: 0 })).toEqual({ startNs: 0, endNs: 0 });
  });

  it("knows the whole", () => {
    expect(isWhole(whole, whole)).toBe(true);
    expect(isWhole({ startNs: 0, endNs: 900 }, whole)).toBe(false);
  });
});
