import type { PipelineSummary, RunSummary } from "sightglass/contract";
import { countOf } from "../../format/count.ts";
import type { VerdictTone } from "../../primitives/verdict.tsx";
import { overdue } from "../../strip/overdue.ts";
import type { PipelineSort } from "../../url/pipelines-search.ts";

/** What a pipeline needs a person for, most urgent first: what its latest finished run says, or that none has come. */
const needs = ["failed", "lost", "overdue", "unexplained"] as const;
export type Need = (typeof needs)[number];

export function needOf(pipeline: PipelineSummary, nowMs: number): Need | null {
  const latest = latestFinished(pipeline);
  if (latest === undefined) return null;
  if (latest.status === "failed" || latest.status === "lost") return latest.status;
  if (overdue(pipeline, nowMs) !== null) return "overdue";
  return (latest.recordsUnexplained ?? 0) === 0 ? null : "unexplained";
}

/** A running run says nothing yet. */
function latestFinished(pipeline: PipelineSummary): RunSummary | undefined {
  return pipeline.latestRuns.findLast((run) => run.status !== "running");
}

const needWords: Record<Need, (names: string, count: number) => string> = {
  failed: (names) => `${names} failed`,
  lost: (names) => `${names} went silent`,
  overdue: (names, count) => `${names} ${count === 1 ? "is" : "are"} overdue`,
  unexplained: (names) => `rows are unaccounted for in ${names}`,
};

/** The whole page in one sentence: what a person sees first. */
export function overallVerdict(
  pipelines: readonly PipelineSummary[],
  nowMs: number,
): { tone: VerdictTone; text: string } {
  const found = needs
    .map((need) => ({ need, of: pipelines.filter((pipeline) => needOf(pipeline, nowMs) === need) }))
    .filter(({ of }) => of.length > 0);
  const [worst] = found;
  if (worst !== undefined) {
    const text = found.map(({ need, of }) => needWords[need](named(of), of.length)).join("; ");
    return { tone: worst.need, text: `${text}.`.replace(/^rows/, "Rows") };
  }
  return pipelines.some((pipeline) => latestFinished(pipeline) !== undefined)
    ? {
        tone: "good",
        text: `${pipelines.length === 1 ? "The pipeline is" : `All ${countOf(pipelines.length, "pipeline")} are`} well: every latest run succeeded, with all rows accounted for.`,
      }
    : { tone: "quiet", text: "No run has finished yet." };
}

function named(pipelines: readonly PipelineSummary[]): string {
  const [first, second] = pipelines;
  if (first === undefined) return "";
  if (second === undefined) return first.name;
  return pipelines.length === 2 ? `${first.name} and ${second.name}` : `${first.name} and ${pipelines.length - 1} more`;
}

/** What needs a person first; then by the latest run. */
export function sortPipelines(
  pipelines: readonly PipelineSummary[],
  sort: PipelineSort,
  nowMs: number,
): PipelineSummary[] {
  const urgency = (pipeline: PipelineSummary) => {
    const need = needOf(pipeline, nowMs);
    return need === null ? needs.length : needs.indexOf(need);
  };
  const latestFirst = (a: PipelineSummary, b: PipelineSummary) => b.lastRunAt.localeCompare(a.lastRunAt);
  const byNumber = (pick: (pipeline: PipelineSummary) => number | null) => (a: PipelineSummary, b: PipelineSummary) =>
    (pick(b) ?? -1) - (pick(a) ?? -1);
  const orders: Record<PipelineSort, (a: PipelineSummary, b: PipelineSummary) => number> = {
    attention: (a, b) => urgency(a) - urgency(b) || latestFirst(a, b),
    name: (a, b) => a.name.localeCompare(b.name),
    "last-run": latestFirst,
    success: (a, b) => (a.successRate ?? 2) - (b.successRate ?? 2),
    duration: byNumber((pipeline) => pipeline.durationP95Ms),
    rows: byNumber((pipeline) => pipeline.recordsWritten),
  };
  return pipelines.toSorted(orders[sort]);
}
