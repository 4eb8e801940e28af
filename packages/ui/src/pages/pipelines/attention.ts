import type { PipelineSummary, RunSummary } from "sightglass/contract";
import { countOf } from "../../format/count.ts";
import type { PipelineSort } from "../../url/pipelines-search.ts";

/** How much a pipeline needs a person now: what its latest finished run says. Higher is more. */
export function attention(pipeline: PipelineSummary): number {
  const latest = latestFinished(pipeline);
  if (latest === undefined) return 0;
  if (latest.status === "failed") return 4;
  if (latest.status === "lost") return 3;
  if ((latest.recordsUnexplained ?? 0) !== 0) return 2;
  return 0;
}

/** A running run says nothing yet. */
export function latestFinished(pipeline: PipelineSummary): RunSummary | undefined {
  return pipeline.latestRuns.findLast((run) => run.status !== "running");
}

export interface Verdict {
  tone: "good" | "failed" | "lost" | "unexplained" | "quiet";
  text: string;
}

/** The whole page in one sentence: what a person sees first. */
export function overallVerdict(pipelines: readonly PipelineSummary[]): Verdict {
  const of = (level: number) => pipelines.filter((pipeline) => attention(pipeline) === level);
  const [failing, lost, unexplained] = [of(4), of(3), of(2)];
  const parts = [
    failing.length > 0 ? `${named(failing)} failed` : null,
    lost.length > 0 ? `${named(lost)} went silent` : null,
    unexplained.length > 0 ? `rows are unaccounted for in ${named(unexplained)}` : null,
  ].filter((part) => part !== null);
  if (parts.length === 0) {
    const finished = pipelines.some((pipeline) => latestFinished(pipeline) !== undefined);
    return finished
      ? {
          tone: "good",
          text: `All ${countOf(pipelines.length, "pipeline")} well: every latest run succeeded with all rows accounted for.`,
        }
      : { tone: "quiet", text: "No run has finished yet." };
  }
  const tone = failing.length > 0 ? "failed" : lost.length > 0 ? "lost" : "unexplained";
  return { tone, text: `${parts.join("; ")}.`.replace(/^rows/, "Rows") };
}

function named(pipelines: readonly PipelineSummary[]): string {
  const [first, second] = pipelines;
  if (first === undefined) return "";
  if (second === undefined) return first.name;
  return pipelines.length === 2 ? `${first.name} and ${second.name}` : `${first.name} and ${pipelines.length - 1} more`;
}

/** What needs a person first; then by the latest run. */
export function sortPipelines(pipelines: readonly PipelineSummary[], sort: PipelineSort): PipelineSummary[] {
  const latestFirst = (a: PipelineSummary, b: PipelineSummary) => b.lastRunAt.localeCompare(a.lastRunAt);
  const byNumber = (pick: (pipeline: PipelineSummary) => number | null) => (a: PipelineSummary, b: PipelineSummary) =>
    (pick(b) ?? -1) - (pick(a) ?? -1);
  const orders: Record<PipelineSort, (a: PipelineSummary, b: PipelineSummary) => number> = {
    attention: (a, b) => attention(b) - attention(a) || latestFirst(a, b),
    name: (a, b) => a.name.localeCompare(b.name),
    "last-run": latestFirst,
    success: (a, b) => (a.successRate ?? 2) - (b.successRate ?? 2),
    duration: byNumber((pipeline) => pipeline.durationP95Ms),
    rows: byNumber((pipeline) => pipeline.recordsWritten),
  };
  return pipelines.toSorted(orders[sort]);
}
