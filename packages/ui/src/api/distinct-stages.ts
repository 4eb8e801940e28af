import type { RunResponse } from "sightglass/contract";

/**
 * The run with a name of its own for each stage: the second `load` is `load #2`, in the order in which they began. The page
 * knows a stage by its name (`?stage=`), so that an address holds from run to run.
 */
export function withDistinctStages(run: RunResponse): RunResponse {
  const taken = new Set(run.stages.map((stage) => stage.name));
  if (taken.size === run.stages.length) return run;
  const seen = new Map<string, number>();
  const names = new Map<string, string>();
  for (const { id, name } of run.stages.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))) {
    let count = (seen.get(name) ?? 0) + 1;
    if (count > 1) while (taken.has(`${name} #${count}`)) count++;
    seen.set(name, count);
    names.set(id, count === 1 ? name : `${name} #${count}`);
  }
  return {
    ...run,
    stages: run.stages.map((stage) => ({ ...stage, name: names.get(stage.id) ?? stage.name })),
    failedRecords: run.failedRecords.map((group) => ({ ...group, stage: names.get(group.stageId) ?? group.stage })),
  };
}
