import type { TraceSummary } from "sightglass/contract";
import { describe, expect, it } from "vitest";
import { durationTicks, instantTicks, layOut, nearest, searchOfBox } from "./scatter-plot.ts";

const trace = (id: string, startedAt: string, durationMs: number, errorCount = 0): TraceSummary => ({
  traceId: id,
  rootService: "flights",
  rootName: "load",
  startedAt,
  durationMs,
  spanCount: 1,
  errorCount,
  services: ["flights"],
  matchedSpans: 1,
  runId: null,
});

const plot = layOut(
  [
    trace("fast", "2026-11-20T10:00:00Z", 10),
    trace("slow", "2026-11-20T11:00:00Z", 10_000, 2),
    trace("instant", "2026-11-20T10:30:00Z", 0),
  ],
  { width: 800, height: 160 },
  null,
);

describe("layOut", () => {
  it("puts later to the right and longer higher", () => {
    const [fast, slow, instant] = plot.points;
    expect(fast?.x).toBeLessThan(slow?.x ?? 0);
    expect(fast?.y).toBeGreaterThan(slow?.y ?? 0);
    expect(instant?.y).toBeGreaterThan(fast?.y ?? 0);
    expect(plot.points.map((point) => point.hasErrors)).toEqual([false, true, false]);
  });

  it("keeps every point inside", () => {
    for (const { x, y } of plot.points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(800);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(160);
    }
  });

  it("gives a single trace an axis with ticks around it", () => {
    const single = layOut([trace("a", "2026-11-20T10:00:00Z", 1_800_000)], { width: 300, height: 100 }, null);
    expect(durationTicks(single)).toEqual([600_000, 3_600_000]);
  });

  it("lays out a single trace", () => {
    const [point] = layOut([trace("a", "2026-11-20T10:00:00Z", 5)], { width: 300, height: 100 }, null).points;
    expect(Number.isFinite(point?.x) && Number.isFinite(point?.y)).toBe(true);
  });
});

describe("ticks", () => {
  it("marks round durations", () => {
    expect(durationTicks(plot)).toEqual([0.001, 0.01, 0.1, 1, 10, 100, 1000, 10_000]);
  });

  it("marks round instants, not too many", () => {
    expect(instantTicks(plot, 6).map((ms) => new Date(ms).toISOString().slice(14, 19))).toEqual([
      "00:00",
      "15:00",
      "30:00",
      "45:00",
      "00:00",
    ]);
  });
});

describe("nearest", () => {
  it("finds the point under the pointer, and none far away", () => {
    const slow = plot.points[1];
    expect(nearest(plot, (slow?.x ?? 0) + 3, slow?.y ?? 0, 10)?.trace.traceId).toBe("slow");
    expect(nearest(plot, (slow?.x ?? 0) - 60, slow?.y ?? 0, 10)).toBeNull();
  });
});

describe("searchOfBox", () => {
  it("covers what the box covered", () => {
    const [, slow] = plot.points;
    const [x, y] = [slow?.x ?? 0, slow?.y ?? 0];
    const search = searchOfBox(plot, { left: x - 5, right: x + 5, top: y - 4, bottom: y + 4 });
    expect(Date.parse(search.start)).toBeLessThan(Date.parse("2026-11-20T11:00:00Z"));
    expect(Date.parse(search.end)).toBeGreaterThanOrEqual(Date.parse("2026-11-20T11:00:00Z"));
    expect(search.minDuration).toMatch(/^\d(\.\d+)?s$/);
    expect(Number.parseFloat(search.minDuration)).toBeLessThan(10);
    expect(Number.parseFloat(search.maxDuration)).toBeGreaterThan(10);
  });
});
