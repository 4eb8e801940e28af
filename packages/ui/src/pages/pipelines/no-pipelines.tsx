import { Link } from "@tanstack/react-router";
import { otlpEndpointLine } from "../../api/otlp-endpoint.ts";
import { EmptyState } from "../../primitives/empty-state.tsx";

/** Nothing has arrived yet: where to send something, and two ways to begin. */
export function NoPipelines() {
  return (
    <EmptyState
      title="No pipeline has reported yet"
      commands={[
        {
          label:
            "Where to send it. A program that already speaks OpenTelemetry only has to set pipeline.stage on its spans:",
          text: otlpEndpointLine(),
        },
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
      ]}
    >
      <p>
        A pipeline shows up here with its first span; this page needs no reload. OpenTelemetry over HTTP comes to this
        address, over gRPC to a port of its own, which the <Link to="/status">status page</Link> names.
      </p>
      <p>Sent something already? The status page shows what arrived and what was refused, and why.</p>
    </EmptyState>
  );
}
