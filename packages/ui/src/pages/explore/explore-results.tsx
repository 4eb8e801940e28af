import { useCallback, useMemo } from "react";
import { Button } from "../../primitives/button.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Segments } from "../../primitives/segments.tsx";
import { Skeleton } from "../../primitives/skeleton.tsx";
import { Tabs } from "../../primitives/tabs.tsx";
import { exploreModes, type ExploreSearch, exploreViews } from "../../url/explore-search.ts";
import { type ChartLine, linesOf, matrixOf } from "../../series/lines.ts";
import { ExplainPanel } from "./explain-panel.tsx";
import { GraphResults } from "./graph-results.tsx";
import { isOneHistogram } from "./heat-data.ts";
import { PointsView, TableView } from "./table-view.tsx";
import type { TimeControlsProps } from "./time-controls.tsx";
import type { Answers, Asked } from "./use-answers.ts";
import { useUnits } from "./use-units.ts";

export interface ExploreResultsProps {
  search: ExploreSearch;
  asked: readonly Asked[];
  result: Answers;
  onSearch: TimeControlsProps["onSearch"];
}

const viewWords = { graph: "Graph", table: "Table", points: "Points" };
const modeWords = { lines: "Lines", stacked: "Stacked", heatmap: "Heat map" };

/** What came back: as a graph, as values at the end, as points. */
export function ExploreResults({ search, asked, result, onSearch }: ExploreResultsProps) {
  const view = search.view ?? "graph";
  const { answers, range } = result;
  const lines = useMemo(() => linesOf(answers, range), [answers, range]);
  const { unitOfQuery, boundUnitOfQuery } = useUnits();
  const unitOf = useCallback((line: ChartLine) => unitOfQuery(line.expr), [unitOfQuery]);
  const hasNative = answers.some(({ data }) =>
    matrixOf(data, range).some(({ histograms }) => histograms !== undefined),
  );
  const [only] = answers;
  const isHeat =
    (hasNative && lines.total === 0) ||
    (answers.length === 1 && only !== undefined && isOneHistogram(only.data, range));
  const mode = search.mode ?? (isHeat ? "heatmap" : "lines");
  return (
    <>
      <div className="explore-bar">
        <Tabs
          label="View"
          current={view}
          tabs={exploreViews.map((key) => ({
            key,
            label: viewWords[key],
            link: {
              to: "/explore",
              search: { ...search, ...(key === "graph" ? { view: undefined } : { view: key }) } as ExploreSearch,
            },
          }))}
        />
        <div className="explore-options">
          {view === "graph" ? (
            <>
              <Segments
                label="Mode"
                options={exploreModes}
                words={modeWords}
                value={mode}
                onChange={(next) => onSearch({ mode: next })}
              />
              <Button
                aria-pressed={search.exemplars === "1"}
                onClick={() => onSearch({ exemplars: search.exemplars === "1" ? undefined : "1" })}
              >
                Exemplars
              </Button>
            </>
          ) : null}
          <Button
            aria-pressed={search.explain === "1"}
            onClick={() => onSearch({ explain: search.explain === "1" ? undefined : "1" })}
          >
            Explain
          </Button>
        </div>
      </div>
      <div className={`explore-results${result.isReading ? " is-stale" : ""}`} aria-busy={result.isReading}>
        {result.trouble !== null ? (
          <ErrorState what="the series" error={result.trouble} onRetry={result.refetch} />
        ) : result.isFirst ? (
          <Skeleton height={320} />
        ) : answers.length === 0 ? (
          <NoAnswer asked={asked} result={result} />
        ) : view === "table" ? (
          <TableView answers={answers} atMs={range.endMs} unitOf={unitOfQuery} />
        ) : view === "points" ? (
          <PointsView lines={lines.lines} range={range} unitOf={unitOf} />
        ) : (
          <GraphResults
            search={search}
            asked={asked}
            result={result}
            onSearch={onSearch}
            mode={mode}
            lines={lines}
            hasNative={hasNative}
            unitOf={unitOf}
            boundUnitOf={boundUnitOfQuery}
          />
        )}
      </div>
      {search.explain === "1" && result.trouble === null ? <ExplainPanel answers={answers} /> : null}
    </>
  );
}

/** Only errors came, which stand below their queries; or all queries are hidden. */
function NoAnswer({ asked, result }: Pick<ExploreResultsProps, "asked" | "result">) {
  if (asked.every(({ isHidden }) => isHidden)) return <p className="explore-foot muted">All queries are hidden.</p>;
  return result.isReading ? <Skeleton height={320} /> : null;
}
