import type { PipelineSummary, RunSummary } from "sightglass/contract";
import { formatCount } from "../../format/count.ts";
import { formatDuration, formatRough } from "../../format/duration.ts";
import { formatMoment, formatRelative } from "../../format/time.ts";
import type { VerdictTone } from "../../primitives/verdict.tsx";
import { overdue } from "../../strip/overdue.ts";

export interface PipelineVerdict {
  tone: VerdictTone;
  text: string;
  detail: string;
  /** The run that the sentence speaks of. */
  run: RunSummary | null;
}

/** A summary holds no more than these: what they all share may have begun before. */
const latestRunsMax = 24;

/** How the pipeline is, from its latest runs: the newest finished one decides, its neighbours say since when. */
export function pipelineVerdict(pipeline: PipelineSummary, nowMs: number): PipelineVerdict {
  const runs = pipeline.latestRuns.toReversed();
  const newest = runs[0];
  const finished = runs.filter((run) => run.status !== "running" && run.status !== "skipped");
  const latest = finished[0];
  const going =
    newest?.status === "running"
      ? `A run has been going for ${formatDuration(nowMs - Date.parse(newest.startedAt))}. `
      : "";
  if (latest === undefined) {
    return newest?.status === "running"
      ? { tone: "running", text: "The first run is going.", detail: "", run: newest }
      : { tone: "quiet", text: "No run has finished yet.", detail: "", run: null };
  }
  const lastGood = `Last success ${pipeline.lastSuccessAt === null ? "is not known" : formatRelative(pipeline.lastSuccessAt, nowMs)}.`;
  if (latest.status === "failed") {
    const hasOlder = runs.length >= latestRunsMax;
    return failedVerdict(finished, latest, hasOlder, going + lastGood, nowMs);
  }
  if (latest.status === "lost")
    return {
      tone: "lost",
      text: `The run of ${formatMoment(latest.startedAt, nowMs)} went silent and never ended.`,
      detail: going + lastGood,
      run: latest,
    };
  if (latest.status === "cancelled")
    return {
      tone: "quiet",
      text: `The latest run was cancelled ${formatRelative(latest.endedAt, nowMs)}.`,
      detail: going + lastGood,
      run: latest,
    };
  const late = overdue(pipeline, nowMs);
  if (late !== null)
    return {
      tone: "overdue",
      text: `No run has begun for ${formatRough(late.silentMs)}, though one usually does every ${formatRough(late.usualMs)}.`,
      detail: lastGood,
      run: latest,
    };
  const missing = latest.recordsUnexplained ?? 0;
  if (missing !== 0) {
    const streak = streakOf(finished, (run) => (run.recordsUnexplained ?? 0) !== 0);
    const rows =
      missing > 0 ? `${formatCount(missing)} rows vanished` : `${formatCount(-missing)} rows too many were written`;
    return {
      tone: "unexplained",
      text: `The latest run succeeded, but ${rows}.`,
      detail:
        going +
        (streak.length > 1
          ? `So it has been for ${streak.length} runs, since ${formatMoment(streak.at(-1)?.startedAt, nowMs)}.`
          : "The run before was whole."),
      run: latest,
    };
  }
  return {
    tone: "good",
    text: `The latest run succeeded ${formatRelative(latest.endedAt, nowMs)}${latest.recordsUnexplained === 0 ? ", with every row accounted for" : ""}.`,
    detail: going,
    run: latest,
  };
}

function failedVerdict(
  finished: readonly RunSummary[],
  latest: RunSummary,
  hasOlder: boolean,
  detail: string,
  nowMs: number,
): PipelineVerdict {
  const streak = streakOf(finished, (run) => run.status === "failed");
  const since = formatMoment(streak.at(-1)?.startedAt, nowMs);
  const isLonger = hasOlder && streak.length === finished.length;
  const times =
    streak.length === 1
      ? `Failed ${formatRelative(latest.endedAt, nowMs)}`
      : isLonger
        ? `Failed at least ${streak.length} times in a row, since ${since} or before`
        : `Failed ${streak.length} times in a row, since ${since}`;
  const reason = latest.error === null ? "" : `: ${latest.error.message}`;
  return { tone: "failed", text: `${times}${reason}.`, detail, run: latest };
}

function streakOf(runs: readonly RunSummary[], holds: (run: RunSummary) => boolean): RunSummary[] {
  const end = runs.findIndex((run) => !holds(run));
  return runs.slice(0, end < 0 ? runs.length : end);
}
