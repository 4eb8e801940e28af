import { lazy, Suspense } from "react";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import type { SeriesTime } from "./pipeline-series.ts";

// The charts come last on their pages, and bring the chart library.
const SeriesCharts = lazy(() => import("./series-charts.tsx"));

export interface SeriesPanelProps {
  pipeline: string;
  time: SeriesTime;
  /** Where to set a mark, and what it stands for. */
  mark?: { at: string; words: string };
}

/** The series that every pipeline has, as graphs that lead to Explore: for dashboards and rules of one's own. */
export function SeriesPanel(props: SeriesPanelProps) {
  return (
    <Panel
      title="Series"
      anchor="series"
      note={
        props.mark === undefined
          ? "as dashboards and rules read them"
          : `as dashboards and rules read them; ◇ is ${props.mark.words}`
      }
    >
      <Suspense fallback={<Skeleton height={196} />}>
        <SeriesCharts {...props} />
      </Suspense>
    </Panel>
  );
}
