import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { TraceSummary } from "sightglass/contract";
import { useMemo, useState } from "react";
import { useListKeys } from "../../keyboard/use-list-keys.ts";
import { countOf } from "../../format/count.ts";
import { Button } from "../../primitives/button.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Skeleton, SkeletonRows } from "../../primitives/skeleton.tsx";
import { useTitle } from "../../shell/use-title.ts";
import type { TracesSearch } from "../../url/traces-search.ts";
import { DurationScatter } from "./duration-scatter.tsx";
import { NoTraces } from "./no-traces.tsx";
import { SearchForm, type SearchFormProps } from "./search-form.tsx";
import { newestMax, newestTracesQuery, searchTracesQuery } from "./search-traces.ts";
import { TraceWindow } from "./trace-window.tsx";
import { TracesTable } from "./traces-table.tsx";
import "./traces.css";

const route = getRouteApi("/traces");

/** `/traces`: search over spans, answered by traces. */
export function TracesPage() {
  useTitle("Traces");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(searchTracesQuery(search));
  const traces = useMemo(() => query.data?.pages.flatMap((page) => page.traces) ?? [], [query.data]);
  const onSearch: SearchFormProps["onSearch"] = (change) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as TracesSearch });
  return (
    <div className="page">
      <div className="page-head">
        <h1>Traces</h1>
        {query.data === undefined ? null : (
          <NewTraces search={search} shown={traces} onShow={() => void query.refetch()} />
        )}
        <div className="page-actions">
          <TraceWindow search={search} onSearch={onSearch} />
        </div>
      </div>
      <SearchForm search={search} onSearch={onSearch} />
      {query.data !== undefined ? (
        <div className={`traces-results${query.isPlaceholderData ? " is-stale" : ""}`} aria-busy={query.isFetching}>
          {query.error === null ? null : (
            <p className="traces-problem" role="alert">
              Reading it again failed: {query.error.message} What is shown is from before.
            </p>
          )}
          {traces.length === 0 ? (
            <NoTraces search={search} onSearch={onSearch} />
          ) : (
            <Results
              traces={traces}
              hasMore={query.hasNextPage}
              isReadingMore={query.isFetchingNextPage}
              search={search}
              onSearch={onSearch}
              onMore={() => void query.fetchNextPage()}
            />
          )}
        </div>
      ) : query.error === null ? (
        <div className="traces-results">
          <Skeleton height={148} />
          <SkeletonRows rows={10} label="Searching" />
        </div>
      ) : (
        <ErrorState what="the traces" error={query.error} onRetry={() => void query.refetch()} />
      )}
    </div>
  );
}

interface ResultsProps {
  traces: readonly TraceSummary[];
  hasMore: boolean;
  isReadingMore: boolean;
  search: TracesSearch;
  onSearch: SearchFormProps["onSearch"];
  onMore: () => void;
}

function Results({ traces, hasMore, isReadingMore, search, onSearch, onMore }: ResultsProps) {
  const navigate = route.useNavigate();
  const [hovered, setHovered] = useState<TraceSummary | null>(null);
  const open = (trace: TraceSummary | undefined) => {
    if (trace !== undefined) void navigate({ to: "/traces/$traceId", params: { traceId: trace.traceId }, search: {} });
  };
  const keys = useListKeys({ count: traces.length, onOpen: (index) => open(traces[index]), name: "traces" });
  const range = useMemo(() => plotRange(traces, search, hasMore), [traces, search, hasMore]);
  return (
    <>
      <DurationScatter
        traces={traces}
        range={range}
        currentId={traces[keys.index]?.traceId}
        onOpen={open}
        onHover={setHovered}
        onSelect={onSearch}
      />
      <TracesTable
        traces={traces}
        index={keys.index}
        hoveredId={hovered?.traceId}
        onOpen={(index) => open(traces[index])}
      />
      <p className="traces-foot">
        {hasMore ? (
          <Button onClick={onMore} disabled={isReadingMore}>
            {isReadingMore ? "Reading…" : "Older traces"}
          </Button>
        ) : null}
        <span className="muted">{footWords(traces.length, hasMore)}</span>
      </p>
    </>
  );
}

function footWords(count: number, hasMore: boolean): string {
  if (hasMore) return `The newest ${countOf(count, "trace")} that match.`;
  return count === 1 ? "The only trace that matches." : `All ${countOf(count, "trace")} that match.`;
}

/**
 * From the earliest trace to now, or the chosen time: a week's axis for the traces of a minute would show a single column.
 * While there is more, the traces themselves are the range.
 */
function plotRange(
  traces: readonly TraceSummary[],
  search: TracesSearch,
  hasMore: boolean,
): { fromMs: number; toMs: number } | null {
  if (hasMore) return null;
  const earliestMs = traces.reduce((min, trace) => Math.min(min, Date.parse(trace.startedAt)), Infinity);
  return {
    fromMs: search.start === undefined ? earliestMs : Date.parse(search.start),
    toMs: search.end === undefined ? Date.now() : Date.parse(search.end),
  };
}

interface NewTracesProps {
  search: TracesSearch;
  shown: readonly TraceSummary[];
  onShow: () => void;
}

/** Says that more have come; the list moves only when asked. */
function NewTraces({ search, shown, onShow }: NewTracesProps) {
  const { data } = useQuery(newestTracesQuery(search));
  const newestShown = shown[0]?.startedAt ?? "";
  const known = new Set(shown.map((trace) => trace.traceId));
  const fresh = (data?.traces ?? []).filter((trace) => trace.startedAt >= newestShown && !known.has(trace.traceId));
  return (
    <output className="page-actions">
      {fresh.length === 0 ? null : (
        <Button variant="primary" onClick={onShow}>
          {fresh.length >= newestMax ? `${newestMax} or more new traces` : countOf(fresh.length, "new trace")}
        </Button>
      )}
    </output>
  );
}
