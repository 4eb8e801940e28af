import { useCallback, useMemo } from "react";
import type { Unit } from "../../format/unit.ts";
import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Segments } from "../../primitives/segments.tsx";
import { Skeleton } from "../../primitives/skeleton.tsx";
import { Tabs } from "../../primitives/tabs.tsx";
import { type ExploreMode, exploreModes, type ExploreSearch, exploreViews } from "../../url/explore-search.ts";
import { type ChartLine, linesOf, matrixOf } from "../../series/lines.ts";
import { ExemplarList } from "./exemplar-list.tsx";
import { hasValuesOfObservations } from "./exemplar-marks.ts";
import { ExplainPanel } from "./explain-panel.tsx";
import { GraphView } from "./graph-view.tsx";
import { heatOf, isOneHistogram } from "./heat-data.ts";
import { HeatKey } from "./heat-key.tsx";
import { SeriesLegend } from "./series-legend.tsx";
import { PointsView, TableView } from "./table-view.tsx";
import type { TimeControlsProps } from "./time-controls.tsx";
import { fixedRange, zoomedOut } from "./time-range.ts";
import { type Answers, type Asked, useExemplars } from "./use-answers.ts";
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
          <Graph
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

interface GraphProps extends ExploreResultsProps {
  mode: ExploreMode;
  lines: ReturnType<typeof linesOf>;
  hasNative: boolean;
  unitOf: (line: ChartLine) => Unit;
  boundUnitOf: (expr: string) => Unit;
}

function Graph({ search, asked, result, onSearch, mode, lines, hasNative, unitOf, boundUnitOf }: GraphProps) {
  const { answers, range } = result;
  const off = useMemo(() => new Set(search.off), [search.off]);
  const heat = useMemo(
    () =>
      mode === "heatmap"
        ? (answers.map(({ data, expr }) => heatOf(data, range, boundUnitOf(expr))).find((each) => each !== null) ??
          null)
        : null,
    [mode, answers, range, boundUnitOf],
  );
  const exemplars = useExemplars(asked, range, search.exemplars === "1");
  if (mode === "heatmap" && heat === null)
    return (
      <EmptyState
        title="These are no histograms"
        actions={<Button onClick={() => onSearch({ mode: "lines" })}>Show lines</Button>}
      >
        <p>
          A heat map needs native histograms, or classic buckets with their <code>le</code> label:{" "}
          <code>sum by (le) (rate(…_bucket[5m]))</code>.
        </p>
      </EmptyState>
    );
  if (mode !== "heatmap" && lines.total === 0)
    return <NoSeries search={search} hasNative={hasNative} onSearch={onSearch} />;
  return (
    <>
      <GraphView
        range={range}
        lines={lines.lines}
        off={off}
        isStacked={mode === "stacked"}
        heat={heat}
        exemplars={exemplars}
        unitOf={unitOf}
        exemplarsHaveValues={asked.every(({ expr }) => hasValuesOfObservations(expr))}
        onZoom={(zoomed) => onSearch(fixedRange(zoomed))}
        onPan={(byMs) => onSearch(fixedRange({ startMs: range.startMs + byMs, endMs: range.endMs + byMs }))}
      />
      {heat === null ? (
        <SeriesLegend
          lines={lines.lines}
          total={lines.total}
          off={off}
          unitOf={unitOf}
          onOff={(next) => onSearch({ off: next.size === 0 ? undefined : [...next] })}
        />
      ) : (
        <HeatKey heat={heat} />
      )}
      {search.exemplars === "1" ? <ExemplarList exemplars={exemplars} /> : null}
    </>
  );
}

function NoSeries({ search, hasNative, onSearch }: Pick<GraphProps, "search" | "hasNative" | "onSearch">) {
  if (hasNative)
    return (
      <EmptyState
        title="These are native histograms"
        actions={<Button onClick={() => onSearch({ mode: "heatmap" })}>Show the heat map</Button>}
      >
        <p>
          A line needs one number: ask for <code>histogram_quantile(0.95, …)</code>, <code>histogram_avg(…)</code> or{" "}
          <code>histogram_count(…)</code>.
        </p>
      </EmptyState>
    );
  return (
    <EmptyState
      title="No series"
      actions={<Button onClick={() => onSearch(zoomedOut(search, Date.now()))}>Look at twice the time</Button>}
    >
      <p>
        The query is well formed, but nothing in this time matches. A label may be mistyped, the window may be shorter
        than two scrapes, or the series may have ended: completion in the editor offers what there is.
      </p>
    </EmptyState>
  );
}

/** Only errors came, which stand below their queries; or all queries are hidden. */
function NoAnswer({ asked, result }: Pick<ExploreResultsProps, "asked" | "result">) {
  if (asked.every(({ isHidden }) => isHidden)) return <p className="explore-foot muted">All queries are hidden.</p>;
  return result.isReading ? <Skeleton height={320} /> : null;
}
