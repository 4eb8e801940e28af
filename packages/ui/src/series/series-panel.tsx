import { lazy, Suspense } from "react";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import type { SeriesChartsProps } from "./series-charts.tsx";

// The charts come last on their pages, and bring the chart library.
const SeriesCharts = lazy(() => import("./series-charts.tsx"));

/** The series that every pipeline has, as graphs that lead to Explore: for dashboards and rules of one's own. */
export function SeriesPanel(props: SeriesChartsProps) {
  return (
    <Panel
      title="Series"
      anchor="series"
      note={`as dashboards and rules read them, without backfills and skipped runs${props.mark === undefined ? "" : `; ◇ is ${props.mark.words}`}`}
    >
      <Suspense fallback={<Skeleton height={196} />}>
        <SeriesCharts {...props} />
      </Suspense>
    </Panel>
  );
}
