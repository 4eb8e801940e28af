import { Link } from "@tanstack/react-router";
import type { RunResponse } from "sightglass/contract";
import { formatRatio } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import { Fact, Facts } from "../../primitives/facts.tsx";
import { Count, Duration, MomentExact, RelativeTime } from "../../primitives/measures.tsx";

/** The run in figures. Work and wait are parts of its duration. */
export function RunFacts({ run }: { run: RunResponse }) {
  const unexplained = run.recordsUnexplained ?? 0;
  const failed = run.recordsFailed ?? 0;
  return (
    <Facts label="Figures of the run">
      <Fact name="Started" note={<RelativeTime at={run.startedAt} />}>
        <MomentExact at={run.startedAt} />
      </Fact>
      <Fact name="Duration" note={<WorkAndWait run={run} />}>
        <Link to="/traces/$traceId" params={{ traceId: run.traceId }}>
          <Duration ms={run.durationMs} since={run.status === "running" ? run.startedAt : undefined} />
        </Link>
      </Fact>
      <Fact name="Rows read">
        <ToRows value={run.recordsRead} />
      </Fact>
      <Fact name="Rows written">
        <ToRows value={run.recordsWritten} />
      </Fact>
      <Fact name="Failed records" {...(failed > 0 ? { tone: "failed" as const } : {})}>
        {failed > 0 ? (
          <Link to="." search={{ tab: "errors" }}>
            <Count value={run.recordsFailed} />
          </Link>
        ) : (
          <Count value={run.recordsFailed} />
        )}
      </Fact>
      <Fact
        name="Unexplained rows"
        {...(unexplained === 0 ? {} : { tone: "unexplained" as const })}
        {...(unexplained === 0 ? {} : { note: unexplained > 0 ? "vanished" : "too many" })}
      >
        <ToRows value={run.recordsUnexplained} />
      </Fact>
    </Facts>
  );
}

/** A count of the whole run, which the waterfall of rows breaks down. */
function ToRows({ value }: { value: number | null }) {
  if (value === null) return <Count value={value} />;
  return (
    <Link to="." search={{}} hash="rows">
      <Count value={value} />
    </Link>
  );
}

function WorkAndWait({ run }: { run: RunResponse }) {
  if (run.durationMs === null || run.waitMs === null || run.durationMs === 0) return null;
  const wait = Math.min(1, run.waitMs / run.durationMs);
  return (
    <span
      className="work-wait"
      title={`${formatDuration(run.durationMs - run.waitMs)} work, ${formatDuration(run.waitMs)} waiting`}
    >
      <span className="work-wait-bar" aria-hidden="true">
        <span className="work-wait-work" style={{ width: `${(1 - wait) * 100}%` }} />
      </span>
      {wait < 0.005 ? "all work" : `${formatRatio(wait)} waiting`}
    </span>
  );
}
