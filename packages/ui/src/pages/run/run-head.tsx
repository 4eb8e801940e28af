import { getRouteApi, Link } from "@tanstack/react-router";
import type { RunResponse } from "sightglass/contract";
import { formatMoment } from "../../format/time.ts";
import { CopyButton } from "../../primitives/copy-button.tsx";
import { Crumbs } from "../../primitives/crumbs.tsx";
import { Origin } from "../../primitives/origin.tsx";
import { Status } from "../../primitives/status.tsx";
import { tabSearch } from "./run-tabs.tsx";

const route = getRouteApi("/runs/$runId");

/** Which run this is, and the way to its neighbours and its trace. */
export function RunHead({ run, nowMs }: { run: RunResponse; nowMs: number }) {
  return (
    <>
      <Crumbs>
        <Link to="/pipelines">Pipelines</Link>
        <Link to="/pipelines/$pipeline" params={{ pipeline: run.pipeline }}>
          {run.pipeline}
        </Link>
        <span title={run.id}>
          <code>{run.id}</code>
          <CopyButton text={run.id} label="Copy the run's id" />
        </span>
      </Crumbs>
      <div className="page-head">
        <h1>
          {run.pipeline} <span className="run-when">{run.partition ?? formatMoment(run.startedAt, nowMs)}</span>
        </h1>
        <Status status={run.status} />
        {run.isBackfill ? <span className="tag">backfill</span> : null}
        <Origin origin={run.origin} services={[run.service]} />
        <div className="page-actions">
          <Neighbour runId={run.previousRunId} label="Older run" keys="[">
            ←
          </Neighbour>
          <Neighbour runId={run.nextRunId} label="Newer run" keys="]">
            →
          </Neighbour>
          <Link to="/traces/$traceId" params={{ traceId: run.traceId }} className="button">
            Open trace
          </Link>
        </div>
      </div>
    </>
  );
}

function Neighbour({
  runId,
  label,
  keys,
  children,
}: {
  runId: string | null;
  label: string;
  keys: string;
  children: string;
}) {
  const search = route.useSearch();
  if (runId === null) {
    return (
      <button type="button" className="button" disabled aria-label={`${label}: there is none`}>
        {children}
      </button>
    );
  }
  return (
    <Link
      to="/runs/$runId"
      params={{ runId }}
      search={tabSearch(search.tab ?? "overview", search)}
      className="button"
      aria-label={label}
      title={`${label}   ${keys}`}
    >
      {children}
    </Link>
  );
}
