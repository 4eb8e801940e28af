import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Endpoint, RunResponse, StageDetail } from "sightglass/contract";
import type { ReactNode } from "react";
import { spanQuery } from "../../api/queries.ts";
import { readProfile } from "../../flame/profile-events.ts";
import { ProfileSection } from "../../flame/profile-section.tsx";
import { formatBytes, formatCount } from "../../format/count.ts";
import { CopyButton } from "../../primitives/copy-button.tsx";
import { KeyValueList } from "../../primitives/key-value-list.tsx";
import { Duration, Moment } from "../../primitives/measures.tsx";
import { Status } from "../../primitives/status.tsx";
import { timeAround } from "../../series/pipeline-series.ts";
import { stageDurationExpr, stageRowsExpr } from "../../series/stage-series.ts";
import { ErrorBlock } from "./error-block.tsx";
import { StageHistory } from "./stage-history.tsx";
import "./stage-inspector.css";

export interface StageInspectorProps {
  run: RunResponse;
  stage: StageDetail;
  onClose: () => void;
}

/** What one point of its series covers. */
const seriesWindow = "5m";

/** All that is known of one stage, beside the timeline. */
export function StageInspector({ run, stage, onClose }: StageInspectorProps) {
  const of = { pipeline: run.pipeline, stage: stage.name };
  const time = timeAround(run.startedAt, run.endedAt);
  const rows = (["read", "written"] as const).map((direction) => stageRowsExpr(of, direction, seriesWindow));
  const durations = [0.5, 0.95].map((quantile) => stageDurationExpr(of, quantile, seriesWindow));
  return (
    <aside className="inspector" aria-label={`Stage ${stage.name}`}>
      <header className="inspector-head">
        <h3>{stage.name}</h3>
        <Status status={stage.status} />
        <button type="button" className="icon-button" aria-label="Close the stage" onClick={onClose}>
          ✕
        </button>
      </header>
      <dl className="inspector-facts">
        <Item name="Began">
          <Moment at={stage.startedAt} />
        </Item>
        <Item name="Work">
          <Duration ms={stage.durationMs} since={stage.status === "running" ? stage.startedAt : undefined} />
        </Item>
        <Item name="Waited before">
          <Duration ms={stage.waitMs} />
          {stage.queuedAt === null ? null : <span className="muted"> in a queue</span>}
        </Item>
        {stage.source === null ? null : <Item name="From">{endpointName(stage.source)}</Item>}
        {stage.sink === null ? null : <Item name="To">{endpointName(stage.sink)}</Item>}
        {stage.bytes === null ? null : <Item name="Bytes">{formatBytes(stage.bytes)}</Item>}
        {stage.recordsPerSecond === null ? null : (
          <Item name="Speed">{formatCount(stage.recordsPerSecond)} rows a second</Item>
        )}
        <Item name="Service">{stage.service}</Item>
        <Item name="Span">
          <Link
            to="/traces/$traceId"
            params={{ traceId: stage.traceId }}
            search={{ span: stage.spanId }}
            className="mono inspector-link"
          >
            {stage.spanId}
          </Link>
          <CopyButton text={stage.spanId} label="Copy the span id" />
        </Item>
      </dl>
      <p className="inspector-links">
        <Link to="." search={(before: object) => ({ ...before, tab: "logs" as const, stage: stage.name })}>
          Logs
        </Link>
        {stage.recordsRead === null && stage.recordsWritten === null ? null : (
          <Link to="/explore" search={{ expr: rows, ...time }}>
            Rows over time
          </Link>
        )}
        <Link to="/explore" search={{ expr: durations, ...time }}>
          Duration over time
        </Link>
      </p>
      <StageHistory {...of} runId={run.id} />
      {stage.attempts.length > 1 ? <Attempts stage={stage} /> : null}
      {stage.error === null ? null : <ErrorBlock error={stage.error} />}
      <StageProfile stage={stage} />
      {stage.attributes.length === 0 ? null : (
        <>
          <h4 className="inspector-title">Attributes</h4>
          <KeyValueList label={`Attributes of ${stage.name}`} items={stage.attributes} />
        </>
      )}
    </aside>
  );
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Attempts({ stage }: { stage: StageDetail }) {
  return (
    <>
      <h4 className="inspector-title">Attempts</h4>
      <ol className="attempts">
        {stage.attempts.map((attempt) => (
          <li key={attempt.number}>
            <span className="muted">{attempt.number}</span>
            <Status status={attempt.status} quiet />
            <Link to="/traces/$traceId" params={{ traceId: stage.traceId }} search={{ span: attempt.spanId }}>
              <Moment at={attempt.startedAt} />
            </Link>
            <Duration ms={attempt.durationMs} since={attempt.status === "running" ? attempt.startedAt : undefined} />
          </li>
        ))}
      </ol>
    </>
  );
}

/** Nothing while its span has not been read, and when it was not profiled. */
function StageProfile({ stage }: { stage: StageDetail }) {
  const span = useQuery({ ...spanQuery(stage.traceId, stage.spanId), enabled: stage.status !== "running" });
  const profile = span.data === undefined ? null : readProfile(span.data);
  return profile === null ? null : (
    <>
      <h4 className="inspector-title">Profile</h4>
      <ProfileSection profile={profile} of={stage.name} />
    </>
  );
}

function endpointName(endpoint: Endpoint): string {
  return [endpoint.system, endpoint.table].filter((part) => part !== null).join(" · ");
}
