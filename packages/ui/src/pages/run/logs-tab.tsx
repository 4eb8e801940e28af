import { useInfiniteQuery } from "@tanstack/react-query";
import type { RunResponse } from "sightglass/contract";
import { useEffect, useMemo, useState } from "react";
import { runLogsQuery } from "../../api/queries.ts";
import { countOf, formatCount } from "../../format/count.ts";
import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { SearchField } from "../../primitives/search-field.tsx";
import { SkeletonRows } from "../../primitives/skeleton.tsx";
import { type LogSeverity, logSeverities, type RunSearch } from "../../url/run-search.ts";
import { LogLines } from "./log-lines.tsx";
import "../../primitives/field.css";
import "./logs-tab.css";

/** Words are asked for when typing pauses. */
const typingPauseMs = 250;
const followEveryMs = 3_000;

export interface LogsTabProps {
  run: RunResponse;
  search: RunSearch;
  onSearch: (next: RunSearch) => void;
}

/** The run's log lines, oldest first: filtered by the server, drawn only where in view, followed while the run goes on. */
export function LogsTab({ run, search, onSearch }: LogsTabProps) {
  const isRunning = run.status === "running";
  const [isFollowing, setFollowing] = useState(isRunning);
  // The address names the stage, so that it holds from run to run; the server knows it by its id.
  const stageId = run.stages.find((stage) => stage.name === search.stage)?.id;
  const filter = {
    ...(stageId === undefined ? {} : { stage: stageId }),
    ...(search.severity === undefined ? {} : { severity: search.severity }),
    ...(search.q === undefined ? {} : { q: search.q }),
  };
  const query = useInfiniteQuery({
    ...runLogsQuery(run.id, { ...filter, isOver: !isRunning }),
    refetchInterval: isRunning && isFollowing ? followEveryMs : false,
  });
  const logs = useMemo(() => query.data?.pages.flatMap((page) => page.logs) ?? [], [query.data]);
  const isFiltered = Object.keys(filter).length > 0;

  // Following means the end: read on until there is no more.
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (isFollowing && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isFollowing, hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <div className="logs">
      <div className="logs-bar">
        <LogsFilters run={run} search={search} onSearch={onSearch} />
        {isRunning ? (
          <Button aria-pressed={isFollowing} onClick={() => setFollowing(!isFollowing)}>
            Follow
          </Button>
        ) : null}
        <span className="logs-count muted">
          {query.data === undefined
            ? ""
            : hasNextPage
              ? `first ${formatCount(logs.length)} lines`
              : countOf(logs.length, "line")}
        </span>
      </div>
      {query.data === undefined ? (
        query.error === null ? (
          <SkeletonRows rows={14} height={22} label="Reading the logs" />
        ) : (
          <ErrorState what="the logs" error={query.error} onRetry={() => void query.refetch()} />
        )
      ) : logs.length === 0 ? (
        <NoLogs run={run} isFiltered={isFiltered} onClear={() => onSearch({ tab: "logs" })} />
      ) : (
        <LogLines
          logs={logs}
          stageOf={stageNames(run)}
          wanted={search.q ?? ""}
          isFollowing={isRunning && isFollowing}
          onLeaveEnd={() => setFollowing(false)}
          onNearEnd={() => {
            if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
          }}
        />
      )}
    </div>
  );
}

/** Words, severity and stage: all in the address. */
function LogsFilters({ run, search, onSearch }: LogsTabProps) {
  return (
    <>
      <SearchBox value={search.q ?? ""} onChange={(q) => onSearch({ ...search, q })} />
      <label className="field">
        <span className="visually-hidden">Severity</span>
        <select
          className="select"
          value={search.severity ?? ""}
          onChange={(event) => onSearch({ ...search, severity: event.target.value as LogSeverity })}
        >
          <option value="">Every severity</option>
          {logSeverities.map((severity) => (
            <option key={severity} value={severity}>
              {severity} and above
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span className="visually-hidden">Stage</span>
        <select
          className="select"
          value={search.stage ?? ""}
          onChange={(event) => onSearch({ ...search, stage: event.target.value })}
        >
          <option value="">Every stage</option>
          {[...new Set(run.stages.map((stage) => stage.name))].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function stageNames(run: RunResponse): Map<string, string> {
  return new Map(
    run.stages.flatMap((stage) => [
      [stage.spanId, stage.name] as const,
      ...stage.attempts.map((attempt) => [attempt.spanId, stage.name] as const),
    ]),
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), typingPauseMs);
    return () => clearTimeout(timer);
  });
  return <SearchField className="logs-search" label="Find in the logs" value={typed} onChange={setTyped} />;
}

function NoLogs({ run, isFiltered, onClear }: { run: RunResponse; isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <EmptyState title="No line fits this filter" actions={<Button onClick={onClear}>Show all lines</Button>}>
        <p>The search looks for the words in the line's text, whatever their case.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="This run sent no logs"
      commands={[
        {
          label: "Keep what a command prints as logs of its run:",
          text: `npx sightglass run --pipeline ${run.pipeline} -- python load.py`,
        },
      ]}
    >
      <p>Log records belong to a run when they carry its trace id. OpenTelemetry's log bridges add it by themselves.</p>
    </EmptyState>
  );
}
