import { describe, expect, it } from "vitest";
import { arrangeGrid, type GridStageRow } from "./pipeline-grid.ts";

const stage = (runId: string, name: string, own: Partial<GridStageRow> = {}): GridStageRow => ({
  runId,
  stageId: `${runId}-${name}`,
  parentId: "",
  name,
  status: "succeeded",
  startedAtMs: 0,
  durationMs: 10,
  attempts: 1,
  recordsUnexplained: 0,
  ...own,
});

describe("arrangeGrid", () => {
  it("takes the order of the fullest run, and leaves gaps where a run did not get", () => {
    const rows = [
      stage("a", "extract"),
      stage("a", "transform"),
      stage("a", "load"),
      stage("b", "extract"),
      stage("b", "transform", { status: "failed", attempts: 3 }),
    ];
    const { stages, cells } = arrangeGrid(["a", "b"], rows);
    expect(stages.map(({ name }) => name)).toEqual(["extract", "transform", "load"]);
    expect(cells[1]?.[1]).toEqual({ status: "failed", durationMs: 10, attempts: 3, recordsUnexplained: 0 });
    expect(cells[2]).toEqual([{ status: "succeeded", durationMs: 10, attempts: 1, recordsUnexplained: 0 }, null]);
  });

  it("puts children under their parents, and survives a stage that is its own parent", () => {
    const rows = [
      stage("a", "build"),
      stage("a", "after"),
      stage("a", "model", { parentId: "a-build" }),
      stage("a", "odd", { parentId: "a-odd" }),
    ];
    expect(arrangeGrid(["a"], rows).stages).toEqual([
      { name: "build", depth: 0 },
      { name: "model", depth: 1 },
      { name: "after", depth: 0 },
      { name: "odd", depth: 0 },
    ]);
  });

  it("shows the worst of stages that share a name, and the sum of what is missing", () => {
    const rows = [
      stage("a", "map", { stageId: "1", recordsUnexplained: 2 }),
      stage("a", "map", { stageId: "2", status: "failed", recordsUnexplained: null }),
      stage("a", "map", { stageId: "3", recordsUnexplained: 3 }),
    ];
    expect(arrangeGrid(["a"], rows).cells).toEqual([
      [{ status: "failed", durationMs: 10, attempts: 1, recordsUnexplained: 5 }],
    ]);
  });
});
