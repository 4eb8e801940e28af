import { Link } from "@tanstack/react-router";
import type { PipelineSummary } from "sightglass/contract";
import { Fragment, type ReactNode } from "react";
import { countOf } from "../../format/count.ts";
import { type Window, windowNames } from "../../url/windows.ts";

export interface WindowTroublesProps {
  pipelines: readonly PipelineSummary[];
  window: Window;
}

/**
 * What went wrong over the window, whatever the latest runs say: a later partition that succeeds does not mend the one
 * that failed before it. Each number leads to its runs.
 */
export function WindowTroubles({ pipelines, window }: WindowTroublesProps) {
  const sum = (pick: (pipeline: PipelineSummary) => number | null) =>
    pipelines.reduce((total, pipeline) => total + (pick(pipeline) ?? 0), 0);
  const failed = sum((pipeline) => pipeline.failed);
  const lost = sum((pipeline) => pipeline.lost);
  const unexplained = sum((pipeline) => pipeline.recordsUnexplained);
  const troubles: ReactNode[] = [
    failed > 0 && (
      <Link to="/runs" search={{ window, status: ["failed"] }}>
        {countOf(failed, "run")} failed
      </Link>
    ),
    lost > 0 && (
      <Link to="/runs" search={{ window, status: ["lost"] }}>
        {countOf(lost, "run")} went silent
      </Link>
    ),
    unexplained > 0 && (
      <Link to="/runs" search={{ window, rows: "unexplained" }}>
        {countOf(unexplained, "row")} {unexplained === 1 ? "is" : "are"} unexplained
      </Link>
    ),
  ].filter((trouble) => trouble !== false);
  if (troubles.length === 0)
    return <p className="window-troubles">In {windowNames[window]} no run failed, and every row is accounted for.</p>;
  return (
    <p className="window-troubles">
      In {windowNames[window]}{" "}
      {troubles.map((trouble, index) => (
        <Fragment key={index}>
          {index === 0 ? "" : index === troubles.length - 1 ? " and " : ", "}
          {trouble}
        </Fragment>
      ))}
      .
    </p>
  );
}
