import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { isNotFound } from "../../api/errors.ts";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Skeleton, SkeletonRows } from "../../primitives/skeleton.tsx";
import { useTitle } from "../../shell/use-title.ts";
import type { ChangeSearch, TraceSearch } from "../../url/trace-search.ts";
import { rootName, TraceHeader } from "./trace-header.tsx";
import { TraceExplorer } from "./trace-explorer.tsx";
import { useTrace } from "./use-trace.ts";
import "./trace.css";

/** `/traces/ID`: one trace as a waterfall, with the details of a span beside it. */
export function TracePage() {
  const { traceId } = useParams({ from: "/traces/$traceId" });
  const search = useSearch({ from: "/traces/$traceId" });
  const navigate = useNavigate({ from: "/traces/$traceId" });
  const { trace, error, reload, isReloading, run } = useTrace(traceId);
  useTitle(trace === undefined ? undefined : rootName(trace.tree), "Trace");
  const onSearch = useCallback<ChangeSearch>(
    (change) => void navigate({ search: (before) => ({ ...before, ...change }) as TraceSearch, replace: true }),
    [navigate],
  );

  if (trace === undefined) {
    if (isNotFound(error)) return <NoSuchTrace traceId={traceId} onRetry={reload} />;
    if (error !== null) {
      return (
        <div className="page">
          <h1 className="visually-hidden">Trace</h1>
          <ErrorState what="this trace" error={error} onRetry={reload} />
        </div>
      );
    }
    return <TraceSkeleton />;
  }
  return (
    <div className="trace-page">
      <TraceHeader trace={trace} run={run} error={error} isReloading={isReloading} onReload={reload} />
      <TraceExplorer key={traceId} trace={trace} run={run} search={search} onSearch={onSearch} />
    </div>
  );
}

function NoSuchTrace({ traceId, onRetry }: { traceId: string; onRetry: () => void }) {
  return (
    <div className="page">
      <h1 className="visually-hidden">Trace</h1>
      <EmptyState
        title="This trace is not here"
        actions={
          <>
            <button type="button" className="button" onClick={onRetry}>
              Look again
            </button>
            <Link to="/traces" className="button button-quiet">
              Search traces
            </Link>
          </>
        }
      >
        <p>
          No span with the trace id <code className="trace-id-long">{traceId}</code> is stored.
        </p>
        <p>
          It may be on its way (spans arrive when they end), it may be older than retention keeps, or its sampler may
          have left it out. The <Link to="/status">status page</Link> says how long spans are kept.
        </p>
      </EmptyState>
    </div>
  );
}

function TraceSkeleton() {
  return (
    <div className="trace-page" aria-busy="true">
      <h1 className="visually-hidden">Trace</h1>
      <div className="trace-header">
        <Skeleton width={260} height={22} />
        <Skeleton width={420} height={14} />
      </div>
      <div className="trace-skeleton">
        <Skeleton height={58} />
        <SkeletonRows rows={16} height={26} label="Reading the trace" />
      </div>
    </div>
  );
}
