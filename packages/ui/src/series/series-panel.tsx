import { Link } from "@tanstack/react-router";
import { Panel } from "../primitives/panel.tsx";
import "./series-panel.css";

/** Up to now, or around something that was. */
export type SeriesTime = { range: string } | { start: string; end: string };

const aroundMs = 6 * 3_600_000;

/** What came before a run and after it, so that it can be told from its neighbours. */
export function timeAround(startedAt: string, endedAt: string | null): SeriesTime {
  const startMs = Date.parse(startedAt);
  const endMs = endedAt === null ? startMs : Date.parse(endedAt);
  return { start: new Date(startMs - aroundMs).toISOString(), end: new Date(endMs + aroundMs).toISOString() };
}

/** The series that every pipeline has, each as a question worth asking. */
export function SeriesPanel({ pipeline, time }: { pipeline: string; time: SeriesTime }) {
  const selector = `pipeline=${JSON.stringify(pipeline)}`;
  const series = [
    { words: "Runs by status", expr: `sum by (status) (increase(pipeline_runs_total{${selector}}[1d]))` },
    {
      words: "Duration, 95 %",
      expr: `histogram_quantile(0.95, sum by (le) (increase(pipeline_run_duration_seconds_bucket{${selector}}[1d])))`,
    },
    {
      words: "Rows by stage",
      expr: `sum by (stage, direction) (increase(pipeline_records_total{${selector}}[1d]))`,
    },
  ];
  return (
    <Panel title="Series" note="for graphs and rules of your own">
      <ul className="series-links">
        {series.map(({ words, expr }) => (
          <li key={words}>
            <Link to="/explore" search={{ expr: [expr], ...time }} title={expr}>
              {words}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
