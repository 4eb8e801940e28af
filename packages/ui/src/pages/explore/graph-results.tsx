import { useMemo } from "react";
import type { Unit } from "../../format/unit.ts";
import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import type { ChartLine, linesOf } from "../../series/lines.ts";
import type { ExploreMode, ExploreSearch } from "../../url/explore-search.ts";
import { ExemplarList } from "./exemplar-list.tsx";
import { hasValuesOfObservations } from "./exemplar-marks.ts";
import { GraphView } from "./graph-view.tsx";
import { heatOf } from "./heat-data.ts";
import { HeatKey } from "./heat-key.tsx";
import type { RangePickerProps } from "./range-picker.tsx";
import { SeriesLegend } from "./series-legend.tsx";
import { fixedRange, zoomedOut } from "./time-range.ts";
import { type Answers, type Asked, useExemplars } from "./use-answers.ts";

export interface GraphProps {
  search: ExploreSearch;
  asked: readonly Asked[];
  result: Answers;
  onSearch: RangePickerProps["onSearch"];
  mode: ExploreMode;
  lines: ReturnType<typeof linesOf>;
  hasNative: boolean;
  unitOf: (line: ChartLine) => Unit;
  boundUnitOf: (expr: string) => Unit;
}

/** The answers as lines or as a heat map, with what each of them is. */
export function GraphResults({
  search,
  asked,
  result,
  onSearch,
  mode,
  lines,
  hasNative,
  unitOf,
  boundUnitOf,
}: GraphProps) {
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
