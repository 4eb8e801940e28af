import { Link } from "@tanstack/react-router";
import "./starting-points.css";

/** Queries that answer something, each with a metric that it needs. */
const suggestions: readonly { metric: string; expr: string; words: string }[] = [
  {
    metric: "pipeline_runs_total",
    expr: 'sum by (pipeline) (increase(pipeline_runs_total{status="failure"}[1h]))',
    words: "Failed runs in an hour, by pipeline",
  },
  {
    metric: "pipeline_records_total",
    expr: 'sum by (pipeline) (rate(pipeline_records_total{direction="written"}[15m]))',
    words: "Rows written in a second, by pipeline",
  },
  {
    metric: "pipeline_run_duration_seconds_bucket",
    expr: "histogram_quantile(0.95, sum by (pipeline, le) (increase(pipeline_run_duration_seconds_bucket[6h])))",
    words: "Duration that 95 % of runs keep within",
  },
  { metric: "up", expr: "up == 0", words: "Targets that cannot be reached" },
  {
    metric: "http_request_duration_seconds_bucket",
    expr: "sum by (le) (rate(http_request_duration_seconds_bucket[5m]))",
    words: "Requests by duration, for a heat map",
  },
  {
    metric: "process_resident_memory_bytes",
    expr: "process_resident_memory_bytes",
    words: "Memory of each process",
  },
];

/** Something to begin with: only what can be answered here. */
export function StartingPoints({ names }: { names: readonly string[] }) {
  const known = new Set(names);
  const shown = suggestions.filter(({ metric }) => known.has(metric));
  return (
    <section className="starting-points" aria-labelledby="starting-points">
      <h2 id="starting-points">Ask something</h2>
      <p className="muted">
        Write a query above, choose from the <Link to="/catalogue">catalogue of metrics</Link>
        {shown.length > 0 ? ", or begin with one of these:" : "."}
      </p>
      <ul>
        {shown.map(({ expr, words }) => (
          <li key={expr}>
            <Link to="/explore" search={(before) => ({ ...before, expr: [expr] })}>
              <span>{words}</span>
              <code>{expr}</code>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
