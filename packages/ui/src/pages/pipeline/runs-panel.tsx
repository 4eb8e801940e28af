import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { runsQuery } from "../../api/queries.ts";
import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { SkeletonRows } from "../../primitives/skeleton.tsx";
import type { PipelineSearch } from "../../url/pipeline-search.ts";
import { RunsFilter } from "./runs-filter.tsx";
import { RunsTable } from "./runs-table.tsx";

/** The pipeline's runs, filtered as the address says, read on demand. */
export function RunsPanel({
  name,
  search,
  onChange,
}: {
  name: string;
  search: PipelineSearch;
  onChange: (next: PipelineSearch) => void;
}) {
  const filter = {
    pipeline: name,
    ...(search.status === undefined ? {} : { status: search.status }),
    ...(search.partition === undefined ? {} : { partition: search.partition }),
  };
  const runs = useInfiniteQuery(runsQuery(filter, 25));
  const found = useMemo(() => runs.data?.pages.flatMap((page) => page.runs) ?? [], [runs.data]);
  // The panel is not there yet when a link that means it is followed; once it is, go to it.
  useEffect(() => {
    if (location.hash === "#runs") document.getElementById("runs")?.scrollIntoView();
  }, []);
  const isFiltered = search.status !== undefined || search.partition !== undefined;
  return (
    <Panel title="Runs" anchor="runs" actions={<RunsFilter search={search} onChange={onChange} />}>
      {runs.data === undefined ? (
        runs.error === null ? (
          <SkeletonRows rows={10} height={28} label="Reading the runs" />
        ) : (
          <ErrorState what="the runs" error={runs.error} onRetry={() => void runs.refetch()} />
        )
      ) : found.length === 0 ? (
        <EmptyState
          title={isFiltered ? "No run fits this filter" : "No run is kept any more"}
          {...(isFiltered
            ? {
                actions: (
                  <Button onClick={() => onChange({ ...search, status: [], partition: "" })}>Show all runs</Button>
                ),
              }
            : {})}
        >
          <p>{isFiltered ? "A partition has to be written whole." : "Retention has removed them."}</p>
        </EmptyState>
      ) : (
        <>
          <RunsTable runs={found} />
          {runs.hasNextPage ? (
            <Button variant="quiet" disabled={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
              {runs.isFetchingNextPage ? "Reading…" : "Show older runs"}
            </Button>
          ) : null}
        </>
      )}
    </Panel>
  );
}
