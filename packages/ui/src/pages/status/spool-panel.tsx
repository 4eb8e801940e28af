import type { StatusResponse } from "sightglass/contract";
import { formatBytes, formatCount } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import { Fact, Facts } from "../../primitives/facts.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Status } from "../../primitives/status.tsx";
import { SeriesFigure } from "./series-figure.tsx";

const states = {
  ok: { status: "succeeded", word: "Taking data" },
  draining: { status: "running", word: "Draining" },
  full: { status: "failed", word: "Full" },
  "read-only": { status: "failed", word: "Read-only" },
} as const;

export function SpoolPanel({ spool }: { spool: StatusResponse["spool"] }) {
  const { status, word } = states[spool.state];
  const share = spool.bytesMax === 0 ? 0 : spool.bytes / spool.bytesMax;
  return (
    <Panel title="Spool" note="Where data are safe on disk before they are acknowledged, until the engine has them.">
      <Facts label="Spool">
        <Fact name="State" note={spool.state === "draining" ? "storing what is left, taking nothing" : undefined}>
          <Status status={status} word={word} />
        </Fact>
        <Fact name="Waiting" note={`of ${formatBytes(spool.bytesMax)} at most`}>
          <SeriesFigure metric="sightglass_spool_bytes">{formatBytes(spool.bytes)}</SeriesFigure>
          <meter
            className="spool-meter"
            aria-label="Share of the spool in use"
            value={share}
            high={0.5}
            max={1}
            optimum={0}
          />
        </Fact>
        <Fact name="Lag" note="age of the oldest that waits">
          <SeriesFigure metric="sightglass_spool_lag_seconds">{formatDuration(spool.lagMs)}</SeriesFigure>
        </Fact>
        <Fact name="Segments" note="files that wait">
          <SeriesFigure metric="sightglass_spool_segments">{formatCount(spool.segments)}</SeriesFigure>
        </Fact>
        <Fact
          name="Quarantined"
          note="segments the engine refuses"
          {...(spool.quarantined > 0 ? { tone: "failed" as const } : {})}
        >
          <SeriesFigure metric="sightglass_spool_quarantined_segments">{formatCount(spool.quarantined)}</SeriesFigure>
        </Fact>
      </Facts>
    </Panel>
  );
}
