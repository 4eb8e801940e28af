import { describe, expect, it } from "vitest";
import { stageDetail } from "../../testing/contract-values.ts";
import { inTreeOrder, layOutTimeline, timelineTicks } from "./timeline-layout.ts";

const startMs = Date.parse("2026-03-14T02:00:00.000Z");
const at = (seconds: number) => new Date(startMs + seconds * 1000).toISOString();
const stage = (name: string, from: number, to: number | null, own: Partial<Parameters<typeof stageDetail>[0]> = {}) =>
  stageDetail({
    name,
    startedAt: at(from),
    endedAt: to === null ? null : at(to),
    durationMs: to === null ? null : (to - from) * 1000,
    status: to === null ? "running" : "succeeded",
    ...own,
  });

describe("layOutTimeline", () => {
  it("places work and the wait before it", () => {
    const { rows } = layOutTimeline(
      [stage("load", 40, 90, { waitMs: 20_000 })],
      { startMs, endMs: startMs + 100_000 },
      8,
    );
    expect(rows[0]).toMatchObject({ wait: { from: 0.2, to: 0.4 }, bars: [{ from: 0.4, to: 0.9 }] });
  });

  it("leaves out waits too short to see", () => {
    const { rows } = layOutTimeline([stage("load", 40, 90, { waitMs: 10 })], { startMs, endMs: startMs + 100_000 }, 8);
    expect(rows[0]?.wait).toBeNull();
  });

  it("lets a running stage reach the end", () => {
    const { rows } = layOutTimeline([stage("load", 50, null)], { startMs, endMs: startMs + 100_000 }, 8);
    expect(rows[0]?.bars).toEqual([{ number: 1, status: "running", from: 0.5, to: 1 }]);
  });

  it("shows a wait before the run began, but not so long a one that no room is left for the work", () => {
    const queued = (seconds: number) => [stage("load", 0, 100, { queuedAt: at(-seconds), waitMs: seconds * 1000 })];
    const short = layOutTimeline(queued(50), { startMs, endMs: startMs + 100_000 }, 8);
    expect(short.startMs).toBe(startMs - 50_000);
    const cleared = layOutTimeline(queued(86_400), { startMs, endMs: startMs + 100_000 }, 8);
    expect(cleared.rows[0]).toMatchObject({ wait: { from: 0, to: 0.5 }, bars: [{ from: 0.5, to: 1 }] });
  });

  it("shows what a clock that is ahead sent, beyond the run's own end", () => {
    const timeline = layOutTimeline([stage("late", 90, 200)], { startMs, endMs: startMs + 100_000 }, 8);
    expect(timeline.endMs).toBe(startMs + 200_000);
    expect(timeline.rows[0]?.bars[0]?.to).toBe(1);
  });
});

describe("runs shorter than a millisecond", () => {
  it("have length by their durations, although their times are equal", () => {
    const short = stage("extract", 0, 0, { durationMs: 0.2 });
    const timeline = layOutTimeline([short], { startMs, endMs: startMs + 0.4 }, 8);
    expect(timeline.rows[0]?.bars[0]?.to).toBeCloseTo(0.5, 2);
    expect(timeline.ticks[1]?.offsetMs).toBeCloseTo(0.05);
  });
});

describe("inTreeOrder", () => {
  it("puts children under their parents, siblings by start", () => {
    const stages = [
      stage("b", 30, 40, { parentId: "id-build" }),
      stage("after", 60, 70),
      stage("build", 0, 50),
      stage("a", 10, 20, { parentId: "id-build" }),
      stage("orphan", 5, 6, { parentId: "gone" }),
    ];
    expect(inTreeOrder(stages).map((row) => `${row.depth} ${row.stage.name}`)).toEqual([
      "0 build",
      "1 a",
      "1 b",
      "0 orphan",
      "0 after",
    ]);
  });
});

describe("timelineTicks", () => {
  it.each([
    [100, [0, 20, 40, 60, 80, 100]],
    [7_000, [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000]],
    [60_000, [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]],
  ])("divides %s ms into round times", (lengthMs, offsets) => {
    expect(timelineTicks(lengthMs, 8).map((tick) => tick.offsetMs)).toEqual(offsets);
  });

  it("takes fewer where there is less room", () => {
    expect(timelineTicks(3_260, 3).map((tick) => tick.offsetMs)).toEqual([0, 2_000]);
    expect(timelineTicks(3_260, 1).map((tick) => tick.offsetMs)).toEqual([0]);
  });

  it("never writes more than nine, even over weeks", () => {
    for (const lengthMs of [1, 17, 999, 123_456, 86_400_000, 3e9, 1e11]) {
      const ticks = timelineTicks(lengthMs, 8);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.every((tick) => tick.at <= 1)).toBe(true);
    }
  });
});
