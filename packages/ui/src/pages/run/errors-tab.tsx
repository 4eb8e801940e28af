import { Link } from "@tanstack/react-router";
import type { RunResponse, StageAttempt, StageDetail } from "sightglass/contract";
import { countOf } from "../../format/count.ts";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { Duration, Moment } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Status } from "../../primitives/status.tsx";
import { ErrorBlock } from "./error-block.tsx";
import { failedGroups } from "./failed-groups.ts";
import { FailedRecords } from "./failed-records.tsx";
import "./errors-tab.css";

/** What failed, with what it threw, and which records failed, by reason. */
export function ErrorsTab({ run }: { run: RunResponse }) {
  const broken = run.stages.filter(
    (stage) => stage.attempts.some(hasFailed) || stage.error !== null || stage.status === "failed",
  );
  const failed = failedGroups(run);
  if (broken.length === 0 && failed.length === 0) {
    return (
      <EmptyState title="No error and no failed record">
        <p>
          {run.error === null
            ? "No stage of this run reported an exception, and none counted a failed record."
            : `The run itself reports: ${run.error.message}`}
        </p>
        <p>
          A record that fails is kept with its reason by <code>stage.failed(n, reason)</code>, or by a span event named{" "}
          <code>pipeline.record.failed</code>.
        </p>
      </EmptyState>
    );
  }
  return (
    <>
      {broken.length === 0 ? null : (
        <Panel title="Errors" note={countOf(broken.length, "stage")}>
          {broken.map((stage, index) => (
            <StageErrors key={stage.id} stage={stage} isFirst={index === 0} />
          ))}
        </Panel>
      )}
      {failed.length === 0 ? null : <FailedRecords groups={failed} />}
    </>
  );
}

/** An orchestrator may say that an attempt failed and not why. */
const hasFailed = (attempt: StageAttempt) => attempt.error !== null || attempt.status === "failed";

function StageErrors({ stage, isFirst }: { stage: StageDetail; isFirst: boolean }) {
  const failing = stage.attempts.filter(hasFailed);
  const last = failing.at(-1);
  const isSame = failing.every((attempt) => attempt.error?.message === last?.error?.message);
  const shown = isSame ? failing.slice(-1) : failing;
  return (
    <section className="stage-errors" aria-label={`Errors of ${stage.name}`}>
      <h3>
        {stage.name} <Status status={stage.status} quiet />
        <span className="muted">
          {stage.attempts.length > 1
            ? `${failing.length} of ${stage.attempts.length} attempts failed${isSame ? ", each in the same way" : ""}`
            : ""}
        </span>
      </h3>
      {shown.map((attempt) => (
        <div key={attempt.number}>
          <p className="stage-errors-when">
            Attempt {attempt.number}, <Moment at={attempt.endedAt ?? attempt.startedAt} />, after{" "}
            <Duration ms={attempt.durationMs} />{" "}
            <Link to="/traces/$traceId" params={{ traceId: stage.traceId }} search={{ span: attempt.spanId }}>
              Open its span
            </Link>
          </p>
          {attempt.error === null ? (
            <p>
              It failed and told no reason: its span has neither an exception nor a message.{" "}
              <Link to="." search={{ tab: "logs", stage: stage.name }} className="stage-errors-logs">
                Its logs
              </Link>{" "}
              may.
            </p>
          ) : (
            <ErrorBlock error={attempt.error} isOpen={isFirst && attempt === last} />
          )}
        </div>
      ))}
      {failing.length === 0 && stage.error !== null ? <ErrorBlock error={stage.error} isOpen={isFirst} /> : null}
    </section>
  );
}
