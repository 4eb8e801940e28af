import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { pipelinesQuery } from "../../api/queries.ts";
import { useNow } from "../../format/use-now.ts";
import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { SearchField } from "../../primitives/search-field.tsx";
import { Segments } from "../../primitives/segments.tsx";
import { Skeleton, SkeletonRows } from "../../primitives/skeleton.tsx";
import { VerdictLine } from "../../primitives/verdict.tsx";
import { useTitle } from "../../shell/use-title.ts";
import type { PipelinesSearch } from "../../url/pipelines-search.ts";
import { type Window, windowDefault, windows } from "../../url/windows.ts";
import { overallVerdict, sortPipelines } from "./attention.ts";
import { NoPipelines } from "./no-pipelines.tsx";
import { PipelinesTable } from "./pipelines-table.tsx";
import { WindowTroubles } from "./window-troubles.tsx";
import "./pipelines.css";

const route = getRouteApi("/pipelines");

export function PipelinesPage() {
  useTitle("Pipelines");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const window = search.window ?? windowDefault;
  const { data, error, isPending, refetch } = useQuery(pipelinesQuery(window));
  const change = (next: PipelinesSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });

  const nowMs = useNow(15_000);
  const wanted = search.q?.toLowerCase() ?? "";
  const all = data?.pipelines ?? [];
  const found = sortPipelines(
    all.filter((pipeline) => pipeline.name.toLowerCase().includes(wanted)),
    search.sort ?? "attention",
    nowMs,
  );
  const verdict = overallVerdict(all, nowMs);

  return (
    <div className="page">
      <PipelinesHead q={search.q ?? ""} window={window} onChange={change} />
      {data !== undefined ? (
        all.length === 0 ? (
          <NoPipelines />
        ) : (
          <>
            <VerdictLine tone={verdict.tone}>{verdict.text}</VerdictLine>
            <WindowTroubles pipelines={all} window={window} />
            {found.length === 0 ? (
              <EmptyState
                title={`No pipeline is called “${search.q ?? ""}”`}
                actions={<Button onClick={() => change({ q: "" })}>Show all {all.length}</Button>}
              >
                <p>The search looks for a part of the name.</p>
              </EmptyState>
            ) : (
              <PipelinesTable
                pipelines={found}
                sort={search.sort ?? "attention"}
                onSort={(sort) => change({ sort })}
                window={window}
              />
            )}
          </>
        )
      ) : isPending ? (
        <>
          <div className="verdict">
            <Skeleton width={420} height={20} />
          </div>
          <div className="window-troubles">
            <Skeleton width={260} height={14} />
          </div>
          <div className="pipelines-loading">
            <SkeletonRows rows={8} height={57} label="Reading the pipelines" />
          </div>
        </>
      ) : (
        <ErrorState what="the pipelines" error={error} onRetry={() => void refetch()} />
      )}
    </div>
  );
}

interface HeadProps {
  q: string;
  window: Window;
  onChange: (next: PipelinesSearch) => void;
}

function PipelinesHead({ q, window, onChange }: HeadProps) {
  return (
    <div className="page-head">
      <h1>Pipelines</h1>
      <div className="page-actions">
        <SearchField label="Find a pipeline" value={q} onChange={(next) => onChange({ q: next })} />
        <Segments
          label="Time window"
          options={windows}
          value={window}
          onChange={(next) => onChange({ window: next })}
        />
      </div>
    </div>
  );
}
