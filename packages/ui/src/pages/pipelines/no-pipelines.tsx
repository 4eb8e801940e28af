import { Link } from "@tanstack/react-router";
import { EmptyState } from "../../primitives/empty-state.tsx";

/** Nothing has arrived yet: three ways to change that, from the quickest. */
export function NoPipelines() {
  return (
    <EmptyState
      title="No pipeline has reported yet"
      commands={[
        {
          label: "Any command becomes a run, in any language:",
          text: "npx sightglass run --pipeline nightly -- python load.py",
        },
        {
          label: "A TypeScript pipeline, with stages and row counts:",
          text: `import { bootstrap } from "@sightglass/sdk/bootstrap";
import { pipeline } from "@sightglass/sdk";

const telemetry = bootstrap({ service: "flights" });
await pipeline("flights", async (run) => {
  await run.stage("extract", async (stage) => {
    stage.read(1200);
    stage.written(1200);
  });
});
await telemetry.shutdown();`,
        },
        {
          label: "A program that already speaks OpenTelemetry: set pipeline.stage on its spans, and send them here:",
          text: "export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318",
        },
      ]}
    >
      <p>
        Sightglass listens for OpenTelemetry on ports 4317 (gRPC) and 4318 (HTTP). A pipeline shows up here with its
        first span; this page needs no reload.
      </p>
      <p>
        Sent something already? The <Link to="/status">status page</Link> shows what arrived and what was refused, and
        why.
      </p>
    </EmptyState>
  );
}
