import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { metricNamesQuery } from "../../api/prometheus-queries.ts";
import { Button } from "../../primitives/button.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { useTitle } from "../../shell/use-title.ts";
import { type ExploreSearch, parseDurationText, queriesOf } from "../../url/explore-search.ts";
import { matrixOf } from "../../series/lines.ts";
import { durationMs, samplesRead } from "./explain-panel.tsx";
import { ExploreResults } from "./explore-results.tsx";
import { letterOf } from "../../series/letters.ts";
import { NoMetrics } from "./no-metrics.tsx";
import { type AnswerFacts, QueryRow } from "./query-row.tsx";
import { StartingPoints } from "./starting-points.tsx";
import { TimeControls, type TimeControlsProps } from "./time-controls.tsx";
import { evaluatedAt } from "./time-range.ts";
import { type Answers, useAnswers } from "./use-answers.ts";
import { type Draft, useDrafts } from "./use-drafts.ts";
import "../../waterfall/service-palette.css";
import "../../primitives/field.css";
import "./explore.css";

const route = getRouteApi("/explore");

/** `/explore`: any question to the metrics. All of it is in the URL. */
export function ExplorePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [nowMs, setNowMs] = useState(() => Date.now());
  const onSearch: TimeControlsProps["onSearch"] = (change) => {
    setNowMs(Date.now());
    void navigate({ search: (before) => ({ ...before, ...change }) as ExploreSearch });
  };
  const { drafts, askedIds, change, add, ask } = useDrafts(search, onSearch);
  const queries = queriesOf(search);
  const asked = queries.map((query, at) => ({ ...query, index: drafts.findIndex(({ id }) => id === askedIds[at]) }));
  const view = search.view ?? "graph";
  const result = useAnswers(asked, evaluatedAt(search, nowMs), view === "table" ? "instant" : "range");
  useTitle("Explore", queries[0]?.expr);
  useRefresh(search, () => setNowMs(Date.now()));
  const run = () => {
    // A fixed time stays the same question: it is asked again all the same.
    if (search.start !== undefined) result.refetch();
    ask(drafts);
  };
  return (
    <div className="page explore">
      <div className="page-head">
        <h1>Explore</h1>
        <div className="page-actions">
          <TimeControls
            search={search}
            nowMs={nowMs}
            onSearch={onSearch}
            onRefresh={run}
            isReading={result.isReading}
          />
        </div>
      </div>
      <ol className="queries" aria-label="Queries">
        {drafts.map((draft, index) => {
          const at = askedIds.indexOf(draft.id);
          const before = queries[at];
          return (
            <QueryRow
              key={draft.id}
              letter={letterOf(index)}
              query={draft}
              isChanged={draft.expr !== (before?.expr ?? "") || draft.legend !== (before?.legend ?? "")}
              isReading={at >= 0 && !draft.isHidden && result.isReading}
              facts={factsOf(result, index)}
              notes={(at < 0 ? undefined : result.notes[at]) ?? noNotes}
              canRemove={drafts.length > 1}
              takesFocus={index > 0 && draft.expr === ""}
              onChange={(next) => change(draft.id, next)}
              onRun={run}
              onToggle={() => ask(replaced(drafts, { ...draft, isHidden: !draft.isHidden }))}
              onRemove={() => ask(drafts.filter(({ id }) => id !== draft.id))}
            />
          );
        })}
      </ol>
      <Button variant="quiet" className="add-query" onClick={() => add()}>
        + Add a query
      </Button>
      {asked.length === 0 ? (
        <Nothing />
      ) : (
        <ExploreResults search={search} asked={asked} result={result} onSearch={onSearch} />
      )}
    </div>
  );
}

const noNotes: never[] = [];

const replaced = (drafts: readonly Draft[], draft: Draft) =>
  drafts.map((each) => (each.id === draft.id ? draft : each));

function factsOf({ answers, range }: Answers, index: number): AnswerFacts | null {
  const data = answers.find((each) => each.index === index)?.data;
  if (data === undefined) return null;
  const series = data.resultType === "vector" ? data.result.length : matrixOf(data, range).length;
  return { series, samples: samplesRead(data), durationMs: durationMs(data) };
}

/** Asks anew as often as the URL says, while the page is in sight. */
function useRefresh({ refresh, start }: ExploreSearch, onRefresh: () => void): void {
  const everyMs = start === undefined ? parseDurationText(refresh ?? "") : null;
  useEffect(() => {
    if (everyMs === null) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") onRefresh();
    }, everyMs);
    return () => clearInterval(timer);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- it only sets the time, which is the same function in effect
  }, [everyMs]);
}

/** No query yet: whether there is anything to ask for, and where to begin. */
function Nothing() {
  const { data, error, refetch } = useQuery(metricNamesQuery());
  if (data !== undefined) return data.data.length === 0 ? <NoMetrics /> : <StartingPoints names={data.data} />;
  return error === null ? null : <ErrorState what="the metrics" error={error} onRetry={() => void refetch()} />;
}
