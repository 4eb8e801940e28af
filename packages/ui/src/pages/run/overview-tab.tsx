import type { RunResponse } from "sightglass/contract";
import { countOf } from "../../format/count.ts";
import { Panel } from "../../primitives/panel.tsx";
import { timeAround } from "../../series/pipeline-series.ts";
import { SeriesPanel } from "../../series/series-panel.tsx";
import { isTroubled } from "./run-verdict.ts";
import { RowWaterfall } from "./row-waterfall.tsx";
import { StageInspector } from "./stage-inspector.tsx";
import { StageTimeline } from "./stage-timeline.tsx";
import { WhatChanged } from "./what-changed.tsx";

export interface OverviewTabProps {
  run: RunResponse;
  nowMs: number;
  selected: string | undefined;
  onSelect: (stage: string | undefined) => void;
}

/** When each stage worked and waited, and what became of the rows; the selected stage beside them. */
export function OverviewTab({ run, nowMs, selected, onSelect }: OverviewTabProps) {
  const stage = run.stages.find((each) => each.name === selected);
  return (
    <div className={`overview${stage === undefined ? "" : " has-inspector"}`}>
      <div className="overview-main">
        {isTroubled(run) && run.lastGoodRunId !== null ? (
          <WhatChanged run={run} lastGoodRunId={run.lastGoodRunId} />
        ) : null}
        <Panel title="Stages" note={countOf(run.stages.length, "stage")}>
          {run.stages.length === 0 ? (
            <p className="muted">
              {run.status === "running"
                ? "No stage has begun yet."
                : "This run has no stages: only the run itself was reported."}
            </p>
          ) : (
            <StageTimeline run={run} nowMs={nowMs} selected={selected} onSelect={onSelect} />
          )}
        </Panel>
        <RowWaterfall run={run} selected={selected} onSelect={onSelect} />
        <SeriesPanel
          pipeline={run.pipeline}
          time={timeAround(run.startedAt, run.endedAt)}
          mark={{ at: run.startedAt, words: "this run" }}
        />
      </div>
      {stage === undefined ? null : <StageInspector run={run} stage={stage} onClose={() => onSelect(undefined)} />}
    </div>
  );
}
