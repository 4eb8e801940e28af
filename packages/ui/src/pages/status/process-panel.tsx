import type { StatusResponse } from "sightglass/contract";
import { countOf, formatBytes } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import { Fact, Facts } from "../../primitives/facts.tsx";
import { Moment } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Status } from "../../primitives/status.tsx";
import { SeriesFigure } from "./series-figure.tsx";

/** Other programs send such series too. */
const own = { job: "sightglass" };

export function ProcessPanel({ status: { engine, process, fold, startedAt } }: { status: StatusResponse }) {
  return (
    <Panel title="Engine and process">
      <Facts label="Engine and process">
        <Fact
          name="Engine"
          note={`ClickHouse ${engine.version}, ${engine.kind === "embedded" ? "in this process" : "a cluster"}`}
          {...(engine.state === "down" ? { tone: "failed" as const } : {})}
        >
          <Status
            status={engine.state === "up" ? "succeeded" : "failed"}
            word={engine.state === "up" ? "Up" : "Down"}
          />
        </Fact>
        <Fact name="Memory" note={`resident; ${formatBytes(process.heapBytes)} of it JavaScript heap`}>
          <SeriesFigure metric="process_resident_memory_bytes" labels={own}>
            {formatBytes(process.residentBytes)}
          </SeriesFigure>
        </Fact>
        <Fact name="Event loop lag" note="how late the process comes to its work">
          <SeriesFigure metric="nodejs_eventloop_lag_seconds" labels={own}>
            {formatDuration(process.eventLoopLagMs)}
          </SeriesFigure>
        </Fact>
        <Fact
          name="Runs behind by"
          note={`from stored span to run; ${countOf(fold.dirtyTraces, "trace waits", "traces wait")}`}
        >
          <SeriesFigure metric="sightglass_fold_lag_seconds">{formatDuration(fold.lagMs)}</SeriesFigure>
        </Fact>
        <Fact
          name="Up for"
          note={
            <>
              since <Moment at={startedAt} />
            </>
          }
        >
          {formatDuration(process.uptimeMs)}
        </Fact>
      </Facts>
      {engine.lastError === null || engine.state === "down" ? null : (
        <p className="status-last-error">
          The engine’s last error, since passed: <code>{engine.lastError}</code>
        </p>
      )}
    </Panel>
  );
}
