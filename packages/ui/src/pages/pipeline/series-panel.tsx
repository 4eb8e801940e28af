import { Link } from "@tanstack/react-router";
import { Panel } from "../../primitives/panel.tsx";
import "./series-panel.css";

/** The series that every pipeline has, each as a question worth asking. */
export function SeriesPanel({ pipeline, range }: { pipeline: string; range: string }) {
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
            <Link to="/explore" search={{ expr: [expr], range }} title={expr}>
              {words}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
