import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RunResponse } from "sightglass/contract";
import { useMemo } from "react";
import { runQuery } from "../../api/queries.ts";
import { formatDuration } from "../../format/duration.ts";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Moment } from "../../primitives/measures.tsx";
import { SkeletonRows } from "../../primitives/skeleton.tsx";
import { Status } from "../../primitives/status.tsx";
import { AttributeDifferences } from "./compare-attributes.tsx";
import { DurationDifferences } from "./compare-durations.tsx";
import { RowDifferences } from "./compare-rows.tsx";
import { compareRuns } from "./compare.ts";
import "./compare-tab.css";

/** This run against the last good one, or another: what took longer, where rows differ, what was set otherwise. */
export function CompareTab({ run, against }: { run: RunResponse; against: string | undefined }) {
  const otherId = against ?? run.lastGoodRunId;
  if (otherId === null) {
    return (
      <EmptyState title="There is no earlier good run">
        <p>Compare holds a run against the newest one before it that succeeded with every row accounted for.</p>
        {run.previousRunId === null ? null : (
          <p>
            <Link to="." search={{ tab: "compare", against: run.previousRunId }}>
              Compare with the run before
            </Link>
          </p>
        )}
      </EmptyState>
    );
  }
  return <Against run={run} otherId={otherId} isLastGood={otherId === run.lastGoodRunId} />;
}

function Against({ run, otherId, isLastGood }: { run: RunResponse; otherId: string; isLastGood: boolean }) {
  const { data: other, error, refetch } = useQuery(runQuery(otherId));
  const comparison = useMemo(() => (other === undefined ? null : compareRuns(run, other)), [run, other]);
  if (other === undefined || comparison === null) {
    return error === null ? (
      <div className="panel">
        <SkeletonRows rows={8} height={28} label="Reading the other run" />
      </div>
    ) : (
      <ErrorState what="the other run" error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <>
      <div className="compare-head">
        <span>
          Against {isLastGood ? "the last good run" : "the run"} of{" "}
          <Link to="/runs/$runId" params={{ runId: other.id }} className="compare-link">
            {other.partition === null ? null : `${other.partition}, `}
            <Moment at={other.startedAt} />
          </Link>
        </span>
        <Status status={other.status} quiet />
        <span className="muted">{deltaWords(comparison.durationDeltaMs)}</span>
        {run.previousRunId === null || run.previousRunId === otherId ? null : (
          <Link to="." search={{ tab: "compare", against: run.previousRunId }} className="compare-link">
            Take the run before instead
          </Link>
        )}
        {isLastGood || run.lastGoodRunId === null ? null : (
          <Link to="." search={{ tab: "compare" }} className="compare-link">
            Take the last good run
          </Link>
        )}
      </div>
      {isAboutRows(run) ? (
        <>
          <RowDifferences rows={comparison.rows} />
          <DurationDifferences stages={comparison.stages} />
        </>
      ) : (
        <>
          <DurationDifferences stages={comparison.stages} />
          <RowDifferences rows={comparison.rows} />
        </>
      )}
      <AttributeDifferences attributes={comparison.attributes} />
    </>
  );
}

/** What is wrong with a run that succeeded and lost rows are its rows. */
const isAboutRows = (run: RunResponse) => run.status === "succeeded" && (run.recordsUnexplained ?? 0) !== 0;

function deltaWords(deltaMs: number | null): string {
  if (deltaMs === null) return "Their durations cannot be compared yet.";
  if (Math.abs(deltaMs) < 1) return "Both took as long.";
  return `This one took ${formatDuration(Math.abs(deltaMs))} ${deltaMs > 0 ? "longer" : "less"}.`;
}
