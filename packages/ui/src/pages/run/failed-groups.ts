import type { FailedRecordGroup, RunResponse } from "sightglass/contract";

/** Failed records of one stage, alike in their reason; null for those that were counted only. */
export type FailedGroup = Omit<FailedRecordGroup, "reason"> & { reason: string | null };

/** All failed records that the stages counted: by the reasons they told, and what is left of the count without one. */
export function failedGroups({ stages, failedRecords }: Pick<RunResponse, "stages" | "failedRecords">): FailedGroup[] {
  const untold = stages.map((stage): FailedGroup => {
    const told = failedRecords
      .filter((group) => group.stageId === stage.id)
      .reduce((sum, group) => sum + group.count, 0);
    return {
      stageId: stage.id,
      stage: stage.name,
      reason: null,
      count: (stage.recordsFailed ?? 0) - told,
      samples: [],
    };
  });
  return [...failedRecords, ...untold.filter((group) => group.count > 0)].toSorted((a, b) => b.count - a.count);
}
