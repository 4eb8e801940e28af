import { Link } from "@tanstack/react-router";
import type { PipelineSummary } from "sightglass/contract";
import { countOf, formatCount, formatRatio } from "../../format/count.ts";
import { Fact, Facts } from "../../primitives/facts.tsx";
import { Count, Duration, RelativeTime } from "../../primitives/measures.tsx";
import type { PipelineSearch } from "../../url/pipeline-search.ts";

export interface PipelineFactsProps {
  pipeline: PipelineSummary;
  windowName: string;
  search: PipelineSearch;
}

/** The pipeline in figures, over the window. */
export function PipelineFacts({ pipeline, windowName, search }: PipelineFactsProps) {
  const unexplained = pipeline.recordsUnexplained ?? 0;
  const lastGood = pipeline.latestRuns.findLast(({ status }) => status === "succeeded");
  return (
    <Facts label={`${pipeline.name} over ${windowName}`}>
      <Fact name="Success" note={`${formatCount(pipeline.succeeded)} of ${countOf(pipeline.runCount, "run")}`}>
        <Link to="." search={{ ...search, status: ["succeeded"] }} hash="runs">
          {formatRatio(pipeline.successRate)}
        </Link>
      </Fact>
      <Fact
        name="Failed"
        {...(pipeline.failed > 0 ? { tone: "failed" as const } : {})}
        note={
          pipeline.lost > 0 ? (
            <Link to="." search={{ ...search, status: ["lost"] }} hash="runs" className="figure">
              and {formatCount(pipeline.lost)} lost
            </Link>
          ) : (
            "runs"
          )
        }
      >
        {pipeline.failed === 0 ? (
          "0"
        ) : (
          <Link to="." search={{ ...search, status: ["failed"] }} hash="runs">
            {formatCount(pipeline.failed)}
          </Link>
        )}
      </Fact>
      <Fact name="Duration p50" note="half took less">
        <Link to="." search={search} hash="durations">
          <Duration ms={pipeline.durationP50Ms} />
        </Link>
      </Fact>
      <Fact name="Duration p95" note="1 of 20 took longer">
        <Link to="." search={search} hash="durations">
          <Duration ms={pipeline.durationP95Ms} />
        </Link>
      </Fact>
      <Fact
        name="Rows written"
        note={
          <>
            <Count value={pipeline.recordsRead} short /> read
          </>
        }
      >
        <Link to="." search={search} hash="rows">
          <Count value={pipeline.recordsWritten} short />
        </Link>
      </Fact>
      <Fact
        name="Unexplained rows"
        {...(unexplained > 0 ? { tone: "unexplained" as const } : {})}
        note={unexplained > 0 ? "vanished or too many" : "all accounted for"}
      >
        {unexplained > 0 ? (
          <Link to="." search={{ ...search, rows: "unexplained" }} hash="runs">
            <Count value={pipeline.recordsUnexplained} />
          </Link>
        ) : (
          <Count value={pipeline.recordsUnexplained} />
        )}
      </Fact>
      <Fact name="Last success">
        {lastGood === undefined ? (
          <RelativeTime at={pipeline.lastSuccessAt} />
        ) : (
          <Link to="/runs/$runId" params={{ runId: lastGood.id }}>
            <RelativeTime at={pipeline.lastSuccessAt} />
          </Link>
        )}
      </Fact>
    </Facts>
  );
}
