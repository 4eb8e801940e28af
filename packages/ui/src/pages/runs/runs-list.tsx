import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { type RunsFilter, runsQuery } from "../../api/queries.ts";
import { Button } from "../../primitives/button.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { SkeletonRows } from "../../primitives/skeleton.tsx";
import { RunsTable } from "./runs-table.tsx";

export interface RunsListProps {
  filter: RunsFilter;
  /** Whether they are of more than one pipeline. */
  isMixed?: boolean;
  /** Runs that are read at once. */
  pageRuns: number;
  /** Why there is none, and what to do. */
  empty: ReactNode;
}

/** The runs that fit a filter, newest first; older ones on demand. */
export function RunsList({ filter, isMixed = false, pageRuns, empty }: RunsListProps) {
  const runs = useInfiniteQuery(runsQuery(filter, pageRuns));
  const found = useMemo(() => runs.data?.pages.flatMap((page) => page.runs) ?? [], [runs.data]);
  if (runs.data === undefined)
    return runs.error === null ? (
      <SkeletonRows rows={10} height={28} label="Reading the runs" />
    ) : (
      <ErrorState what="the runs" error={runs.error} onRetry={() => void runs.refetch()} />
    );
  if (found.length === 0) return empty;
  return (
    <div className={runs.isPlaceholderData ? "is-stale" : undefined} aria-busy={runs.isPlaceholderData}>
      <RunsTable runs={found} isMixed={isMixed} />
      {runs.hasNextPage ? (
        <Button variant="quiet" disabled={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
          {runs.isFetchingNextPage ? "Reading…" : "Show older runs"}
        </Button>
      ) : null}
    </div>
  );
}
