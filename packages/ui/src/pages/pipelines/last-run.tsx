import { Link } from "@tanstack/react-router";
import type { PipelineSummary, RunSummary } from "sightglass/contract";
import { useNow } from "../../format/use-now.ts";
import { Duration, RelativeTime } from "../../primitives/measures.tsx";
import { OverdueShape, Status, UnexplainedShape } from "../../primitives/status.tsx";
import { type Overdue, overdue } from "../../strip/overdue.ts";
import { overdueWords, unexplainedWords } from "../../strip/run-words.ts";

/** How a pipeline's latest run went, and when; below it what is wrong. */
export function LastRun({ pipeline }: { pipeline: PipelineSummary }) {
  const nowMs = useNow(15_000);
  const latest = pipeline.latestRuns.at(-1);
  if (latest === undefined) return null;
  return (
    <Link to="/runs/$runId" params={{ runId: latest.id }} className="last-run">
      <span className="last-run-when">
        <Status status={latest.status} quiet />
        {latest.status === "running" ? (
          <span>
            for <Duration ms={null} since={latest.startedAt} />
          </span>
        ) : (
          <RelativeTime at={latest.endedAt ?? latest.startedAt} />
        )}
      </span>
      <LastRunDetail run={latest} late={overdue(pipeline, nowMs)} />
    </Link>
  );
}

/** The worst that is to be said of it: there is room for one. */
function LastRunDetail({ run, late }: { run: RunSummary; late: Overdue | null }) {
  const unexplained = unexplainedWords(run.recordsUnexplained);
  if (run.error !== null)
    return (
      <span className="last-run-detail is-failed" title={run.error.message}>
        {run.error.message}
      </span>
    );
  if (late !== null)
    return (
      <span className="last-run-detail is-overdue" title={overdueWords(late)}>
        <OverdueShape /> {overdueWords(late)}
      </span>
    );
  if (unexplained !== null)
    return (
      <span className="last-run-detail is-unexplained" title={unexplained}>
        <UnexplainedShape /> {unexplained}
      </span>
    );
  return null;
}
