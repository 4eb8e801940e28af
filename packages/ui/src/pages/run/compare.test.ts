import { describe, expect, it } from "vitest";
import { runResponse, stageDetail } from "../../testing/contract-values.ts";
import { compareRuns } from "./compare.ts";

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });

describe("compareRuns", () => {
  it("sorts stages by their part of the difference", () => {
    const here = runResponse({
      durationMs: 200,
      stages: [stageDetail({ name: "a", durationMs: 50 }), stageDetail({ name: "b", durationMs: 130 })],
    });
    const there = runResponse({
      durationMs: 100,
      stages: [stageDetail({ name: "a", durationMs: 40 }), stageDetail({ name: "b", durationMs: 40 })],
    });
    const { stages, durationDeltaMs } = compareRuns(here, there);
    expect(durationDeltaMs).toBe(100);
    expect(stages).toEqual([
      { name: "b", hereMs: 130, thereMs: 40, deltaMs: 90, contribution: 0.9 },
      { name: "a", hereMs: 50, thereMs: 40, deltaMs: 10, contribution: 0.1 },
    ]);
  });

  it("counts a stage that only one run has with all its time, and a parent not at all", () => {
    const here = runResponse({
      stages: [
        stageDetail({ name: "all", durationMs: 90 }),
        stageDetail({ name: "new", durationMs: 90, parentId: "id-all" }),
      ],
    });
    const { stages } = compareRuns(here, runResponse());
    expect(stages).toEqual([{ name: "new", hereMs: 90, thereMs: null, deltaMs: 90, contribution: 1 }]);
  });

  it("says nothing of a stage that still runs", () => {
    const here = runResponse({ stages: [stageDetail({ name: "a", durationMs: null })] });
    const there = runResponse({ stages: [stageDetail({ name: "a", durationMs: 5 })] });
    expect(compareRuns(here, there).stages[0]).toMatchObject({ deltaMs: null, contribution: 0 });
  });

  it("compares rows, relative to before", () => {
    const rows = (written: number) => runResponse({ stages: [stageDetail({ name: "load", recordsWritten: written })] });
    expect(compareRuns(rows(150), rows(100)).rows[0]).toMatchObject({ delta: 50, ratio: 0.5 });
    expect(compareRuns(rows(150), rows(0)).rows[0]).toMatchObject({ delta: 150, ratio: null });
  });

  it("gathers attributes that differ alike", () => {
    const run = (size: string) =>
      runResponse({
        attributes: [text("batch", size), text("same", "x")],
        stages: [stageDetail({ name: "a", attributes: [text("batch", size)] })],
      });
    expect(compareRuns(run("1"), run("2")).attributes).toEqual([
      { of: ["run", "a"], key: "batch", here: "1", there: "2" },
    ]);
  });
});
