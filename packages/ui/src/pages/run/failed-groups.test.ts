import { describe, expect, it } from "vitest";
import { stageDetail } from "../../testing/contract-values.ts";
import { failedGroups } from "./failed-groups.ts";

const told = (stage: string, reason: string, count: number) => ({
  stageId: `id-${stage}`,
  stage,
  reason,
  count,
  samples: [],
});

describe("failedGroups", () => {
  it("sets what was counted and not explained beside the reasons", () => {
    const stages = [
      stageDetail({ name: "clean", recordsFailed: 12 }),
      stageDetail({ name: "load", recordsFailed: 4 }),
      stageDetail({ name: "extract", recordsFailed: null }),
    ];
    const failedRecords = [told("clean", "null id", 2), told("load", "too long", 4)];
    expect(failedGroups({ stages, failedRecords }).map(({ stage, reason, count }) => [stage, reason, count])).toEqual([
      ["clean", null, 10],
      ["load", "too long", 4],
      ["clean", "null id", 2],
    ]);
  });
});
