import { useQuery } from "@tanstack/react-query";
import type { PipelineGridResponse, RunSummary } from "sightglass/contract";
import { pipelineGridQuery } from "../../api/queries.ts";
import { RunStrip } from "../../strip/run-strip.tsx";

/** As many bars as the inspector is wide. */
const barsMax = 30;

export interface StageHistoryProps {
  pipeline: string;
  runId: string;
  stage: string;
}

/** How one stage went in the runs around this one, if they are among the latest: since when it is as it is. */
export function StageHistory({ pipeline, runId, stage }: StageHistoryProps) {
  const { data } = useQuery(pipelineGridQuery(pipeline));
  const runs = data === undefined ? [] : stageRuns(data, stage, runId);
  if (runs.length < 2) return null;
  return (
    <>
      <h4 className="inspector-title">In the latest runs</h4>
      <RunStrip runs={runs} label={`${stage} in ${runs.length} runs`} current={runId} stage={stage} />
    </>
  );
}

/** The runs that had the stage, with the stage's own state, duration and missing rows in place of theirs. */
export function stageRuns(grid: PipelineGridResponse, stage: string, runId: string): RunSummary[] {
  const cells = grid.cells[grid.stages.findIndex(({ name }) => name === stage)] ?? [];
  const runs = grid.runs.flatMap((run, index) => {
    const cell = cells[index] ?? null;
    if (cell === null) return [];
    const { status, durationMs, recordsUnexplained } = cell;
    return [{ ...run, status, durationMs, recordsUnexplained, recordsWritten: null, error: null }];
  });
  const at = runs.findIndex((run) => run.id === runId);
  const end = at < 0 || at >= runs.length - barsMax ? runs.length : Math.max(barsMax, at + 1);
  return runs.slice(Math.max(0, end - barsMax), end);
}
