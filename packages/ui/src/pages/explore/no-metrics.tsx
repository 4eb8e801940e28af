import { Link } from "@tanstack/react-router";
import { otlpEndpointLine } from "../../api/otlp-endpoint.ts";
import { EmptyState } from "../../primitives/empty-state.tsx";

/** Nothing measured yet: how to send some. */
export function NoMetrics({ level = 2 }: { level?: 1 | 2 }) {
  return (
    <EmptyState
      title="No metrics yet"
      level={level}
      commands={[
        {
          label: "Push from any OpenTelemetry program:",
          text: `${otlpEndpointLine()}\nexport OTEL_METRICS_EXPORTER=otlp`,
        },
        {
          label: "Or have them scraped, in sightglass.yaml:",
          text: "scrape_configs:\n  - job_name: node\n    static_configs:\n      - targets: ['127.0.0.1:9100']",
        },
        {
          label: "Or forward them from a Prometheus that you have:",
          text: `remote_write:\n  - url: ${location.origin}/api/v1/write`,
        },
      ]}
    >
      <p>
        Runs and their rows are counted by themselves: the first run brings <code>pipeline_runs_total</code>. What
        arrived and what was refused is on the <Link to="/status">status page</Link>.
      </p>
    </EmptyState>
  );
}
