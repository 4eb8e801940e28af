import { describe, expect, it } from "vitest";
import { autoStepMs, evaluatedAt, fixedRange, moved, movingRange, zoomedOut } from "./time-range.ts";

const nowMs = Date.parse("2026-11-20T12:00:07.123Z");
const fixed = { start: "2026-11-20T10:00:00.000Z", end: "2026-11-20T11:00:00.000Z" };

describe("autoStepMs", () => {
  it.each([
    [60_000, 1_000],
    [3_600_000, 15_000],
    [86_400_000, 600_000],
    [30 * 86_400_000, 10_800_000],
    [365 * 86_400_000, 37 * 3_600_000],
  ])("for %d ms is %d ms", (widthMs, stepMs) => {
    expect(autoStepMs(widthMs)).toBe(stepMs);
  });
});

describe("evaluatedAt", () => {
  it("ends a moving range at a whole number of seconds", () => {
    const { startMs, endMs, stepMs } = evaluatedAt({ range: "1h" }, nowMs);
    expect([new Date(startMs).toISOString(), new Date(endMs).toISOString(), stepMs]).toEqual([
      "2026-11-20T11:00:00.000Z",
      "2026-11-20T12:00:00.000Z",
      15_000,
    ]);
  });

  it("leaves nothing new out, however long the steps", () => {
    const { startMs, endMs, stepMs } = evaluatedAt({ range: "7d" }, nowMs + 1_800_000);
    expect(stepMs).toBe(3_600_000);
    expect(new Date(endMs).toISOString()).toBe("2026-11-20T12:30:00.000Z");
    expect(endMs - startMs).toBe(7 * 86_400_000);
  });

  it("takes a fixed range as it is", () => {
    expect(evaluatedAt(fixed, nowMs)).toEqual({
      startMs: Date.parse(fixed.start),
      endMs: Date.parse(fixed.end),
      stepMs: 15_000,
    });
  });

  it("widens a step that would ask for too many points", () => {
    expect(evaluatedAt({ range: "7d", step: "1s" }, nowMs).stepMs).toBe(Math.ceil((7 * 86_400_000) / 11_000));
    expect(evaluatedAt({ range: "1h", step: "1s" }, nowMs).stepMs).toBe(1_000);
  });
});

describe("moving about", () => {
  it("doubles a moving range, and keeps it moving", () => {
    expect(zoomedOut({ range: "6h" }, nowMs)).toEqual(movingRange("12h"));
    expect(zoomedOut({}, nowMs)).toEqual(movingRange("2h"));
    expect(zoomedOut({ range: "30m" }, nowMs).range).toBeUndefined();
  });

  it("doubles a fixed range around its middle, not beyond now", () => {
    expect(zoomedOut(fixed, nowMs)).toMatchObject({
      start: "2026-11-20T09:30:00.000Z",
      end: "2026-11-20T11:30:00.000Z",
    });
    expect(zoomedOut({ ...fixed, end: "2026-11-20T12:00:00.000Z" }, nowMs).end).toBe("2026-11-20T12:00:07.123Z");
  });

  it("moves by half", () => {
    expect(moved(fixed, nowMs, -1)).toMatchObject({
      start: "2026-11-20T09:30:00.000Z",
      end: "2026-11-20T10:30:00.000Z",
    });
    expect(moved(fixed, nowMs, 1).start).toBe("2026-11-20T10:30:00.000Z");
  });

  it("does not zoom to nothing", () => {
    const { start, end } = fixedRange({ startMs: 1_000_000, endMs: 1_000_010 });
    expect(Date.parse(end ?? "") - Date.parse(start ?? "")).toBe(10_000);
  });
});
