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
  return (
    <Facts label={`${pipeline.name} over ${windowName}`}>
      <Fact name="Success" note={`${formatCount(pipeline.succeeded)} of ${countOf(pipeline.runCount, "run")}`}>
        {formatRatio(pipeline.successRate)}
      </Fact>
      <Fact
        name="Failed"
        {...(pipeline.failed > 0 ? { tone: "failed" as const } : {})}
        note={pipeline.lost > 0 ? `and ${pipeline.lost} lost` : "runs"}
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
        <Duration ms={pipeline.durationP50Ms} />
      </Fact>
      <Fact name="Duration p95" note="1 of 20 took longer">
        <Duration ms={pipeline.durationP95Ms} />
      </Fact>
      <Fact
        name="Rows written"
        note={
          <>
            <Count value={pipeline.recordsRead} short /> read
          </>
        }
      >
        <Count value={pipeline.recordsWritten} short />
      </Fact>
      <Fact
        name="Unexplained rows"
        {...(unexplained > 0 ? { tone: "unexplained" as const } : {})}
        note={unexplained > 0 ? "vanished or too many" : "all accounted for"}
      >
        <Count value={pipeline.recordsUnexplained} />
      </Fact>
      <Fact name="Last success" note={pipeline.services.join(", ")}>
        <RelativeTime at={pipeline.lastSuccessAt} />
      </Fact>
    </Facts>
  );
}
