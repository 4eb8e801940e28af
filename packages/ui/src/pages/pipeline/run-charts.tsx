import { useNavigate } from "@tanstack/react-router";
import type { RunStatus, RunSummary } from "sightglass/contract";
import { useMemo, useState } from "react";
import { Chart } from "../../chart/chart.tsx";
import type { ChartPoint } from "../../chart/spec.ts";
import { countIncrements, durationIncrements } from "../../chart/increments.ts";
import { formatCount, formatCountShort } from "../../format/count.ts";
import { formatDuration, formatDurationShort } from "../../format/duration.ts";
import { formatMoment } from "../../format/time.ts";
import { useNow } from "../../format/use-now.ts";
import { Skeleton } from "../../primitives/skeleton.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { statusWords } from "../../primitives/status.tsx";
import { Bubble } from "../../primitives/tooltip.tsx";
import { useAnchor } from "../../shell/use-anchor.ts";
import { RunWords } from "../../strip/run-strip.tsx";
import { unexplainedWords } from "../../strip/run-words.ts";

const heightPx = 168;

const points: Record<RunStatus | "unexplained", ChartPoint> = {
  running: { color: "--running", shape: "dot" },
  succeeded: { color: "--succeeded", shape: "dot" },
  failed: { color: "--failed", shape: "square" },
  skipped: { color: "--skipped", shape: "dot" },
  cancelled: { color: "--cancelled", shape: "diamond" },
  lost: { color: "--lost", shape: "diamond" },
  unexplained: { color: "--unexplained", shape: "triangle" },
};

export interface RunChartsProps {
  /** Newest first; undefined while they are being read. */
  runs: readonly RunSummary[] | undefined;
  note: string;
}

/** Duration and rows over time, one point a run. A click or Enter opens the run. */
export function RunCharts({ runs, note }: RunChartsProps) {
  useAnchor("durations");
  useAnchor("rows");
  const navigate = useNavigate();
  const nowMs = useNow(60_000);
  const [hovered, setHovered] = useState<{ index: number; left: number; top: number } | null>(null);
  const charted = useMemo(() => chartData(runs ?? []), [runs]);
  const shown = hovered === null ? undefined : charted.runs[hovered.index];
  const open = (index: number) => {
    const runId = charted.runs[index]?.id;
    if (runId !== undefined) void navigate({ to: "/runs/$runId", params: { runId } });
  };
  const pointOf = useMemo(
    () => (index: number) => {
      const run = charted.runs[index];
      if (run === undefined) return points.skipped;
      return (run.recordsUnexplained ?? 0) === 0 ? points[run.status] : points.unexplained;
    },
    [charted],
  );
  const words = (index: number) => wordsOf(charted.runs[index], nowMs);
  const common = {
    xMs: charted.xMs,
    points: { onOpen: open, words },
    onHover: setHovered,
    height: heightPx,
    syncKey: "pipeline-runs",
  };
  return (
    <div className="run-charts">
      <Panel title="Duration" note={note} anchor="durations">
        {runs === undefined ? (
          <Skeleton height={heightPx} />
        ) : (
          <Chart
            {...common}
            label="Duration of each run over time. The same numbers are in the table of runs below."
            series={charted.durations}
            yFormat={formatDurationShort}
            yIncrements={durationIncrements}
            pointOf={pointOf}
          />
        )}
      </Panel>
      <Panel
        title="Rows"
        anchor="rows"
        note={
          <span className="chart-legend">
            <span>
              <span className="chart-swatch swatch-written" /> written
            </span>
            <span>
              <span className="chart-swatch swatch-read" /> read
            </span>
          </span>
        }
      >
        {runs === undefined ? (
          <Skeleton height={heightPx} />
        ) : !charted.hasRows ? (
          <p className="muted">None of these runs told how many rows it read or wrote.</p>
        ) : (
          <Chart
            {...common}
            label="Rows read and written by each run over time. The same numbers are in the table of runs below."
            series={charted.rows}
            yFormat={formatCountShort}
            yIncrements={countIncrements}
            pointOf={pointOf}
          />
        )}
      </Panel>
      {hovered === null || shown === undefined ? null : (
        <Bubble id="chart-bubble" place={hovered} content={<RunWords run={shown} nowMs={nowMs} />} />
      )}
    </div>
  );
}

function wordsOf(run: RunSummary | undefined, nowMs: number): string {
  if (run === undefined) return "";
  const unexplained = unexplainedWords(run.recordsUnexplained);
  const parts = [
    `run ${formatMoment(run.startedAt, nowMs)}`,
    statusWords[run.status],
    formatDuration(run.durationMs),
    run.recordsWritten === null ? null : `${formatCount(run.recordsWritten)} rows written`,
    unexplained,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

function chartData(newestFirst: readonly RunSummary[]) {
  const runs = newestFirst.filter((run) => run.status !== "skipped").toReversed();
  return {
    runs,
    hasRows: runs.some((run) => run.recordsWritten !== null || run.recordsRead !== null),
    xMs: runs.map((run) => Date.parse(run.startedAt)),
    durations: [
      { label: "Duration", color: "--line-strong", kind: "line" as const, values: runs.map((run) => run.durationMs) },
    ],
    rows: [
      {
        label: "Written",
        color: "--flow-written",
        kind: "line" as const,
        values: runs.map((run) => run.recordsWritten),
      },
      { label: "Read", color: "--flow-filtered", kind: "line" as const, values: runs.map((run) => run.recordsRead) },
    ],
  };
}
