import { describe, expect, it } from "vitest";
import { runResponse, stageDetail } from "../testing/contract-values.ts";
import { withDistinctStages } from "./distinct-stages.ts";

const stage = (id: string, name: string, second: number) =>
  stageDetail({ id, name, startedAt: `2026-03-14T02:00:0${second}.000Z` });
const named = (...stages: ReturnType<typeof stage>[]) =>
  withDistinctStages(runResponse({ stages })).stages.map(({ name }) => name);

describe("stages of one name", () => {
  it("are numbered in the order in which they began", () => {
    expect(
      named(stage("b", "load", 3), stage("x", "extract", 1), stage("a", "load", 2), stage("c", "load", 4)),
    ).toEqual(["load #2", "extract", "load", "load #3"]);
  });

  it("take no name that another stage has", () => {
    expect(named(stage("a", "load", 1), stage("b", "load", 2), stage("c", "load #2", 3))).toEqual([
      "load",
      "load #3",
      "load #2",
    ]);
  });

  it("take their failed records along", () => {
    const group = { stageId: "b", stage: "load", reason: "null id", count: 1, samples: [] };
    const run = runResponse({ stages: [stage("a", "load", 1), stage("b", "load", 2)], failedRecords: [group] });
    expect(withDistinctStages(run).failedRecords[0]?.stage).toBe("load #2");
  });

  it("leave a run alone whose names are distinct", () => {
    const run = runResponse({ stages: [stage("a", "extract", 1), stage("b", "load", 2)] });
    expect(withDistinctStages(run)).toBe(run);
  });
});
