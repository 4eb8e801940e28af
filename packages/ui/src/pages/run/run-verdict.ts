import type { RunResponse, StageDetail } from "sightglass/contract";
import { countOf, formatCount } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import { formatRelative } from "../../format/time.ts";
import type { VerdictTone } from "../../primitives/verdict.tsx";

/** One sentence and what follows from it. Names in backquotes are shown as code. */
export interface RunVerdict {
  tone: VerdictTone;
  text: string;
  detail: string;
}

/** A run that a person has to look into: it did not end well, or lost rows although it did. */
export function isTroubled(run: Pick<RunResponse, "status" | "recordsUnexplained">): boolean {
  return run.status === "failed" || run.status === "lost" || (run.recordsUnexplained ?? 0) !== 0;
}

/** What a person needs in the first five seconds: how it went, where it broke, what is missing. */
export function runVerdict(run: RunResponse, nowMs: number): RunVerdict {
  switch (run.status) {
    case "failed":
      return failed(run);
    case "lost":
      return {
        tone: "lost",
        text: `Went silent in \`${lastStage(run)?.name ?? run.pipeline}\` and never ended.`,
        detail: `Last heard ${formatRelative(run.lastSeenAt, nowMs)}. The process may have been killed, or lost its network.`,
      };
    case "running":
      return running(run, nowMs);
    case "skipped":
      return { tone: "quiet", text: "Skipped: no stage ran.", detail: "" };
    case "cancelled":
      return {
        tone: "quiet",
        text: `Cancelled in \`${lastStage(run)?.name ?? run.pipeline}\` after ${formatDuration(run.durationMs)}.`,
        detail: "",
      };
    case "succeeded":
      return succeeded(run);
  }
}

function failed(run: RunResponse): RunVerdict {
  const broken = run.stages.filter((stage) => stage.status === "failed");
  // The innermost one: a parent fails because its child did.
  const stage = broken.find((each) => !broken.some((other) => other.parentId === each.id)) ?? broken[0];
  const attempts = stage !== undefined && stage.attempts.length > 1 ? ` after ${stage.attempts.length} attempts` : "";
  const message = stage?.error?.message ?? run.error?.message;
  const others =
    broken.length > 1 && stage !== undefined
      ? broken.filter((each) => each.id !== stage.id && each.id !== stage.parentId).length
      : 0;
  return {
    tone: "failed",
    text: `Failed${stage === undefined ? "" : ` in \`${stage.name}\``}${attempts}${message === undefined ? "." : `: ${firstLine(message).replace(/\.?$/, ".")}`}`,
    detail: others > 0 ? `${countOf(others, "more stage")} failed too.` : "",
  };
}

function running(run: RunResponse, nowMs: number): RunVerdict {
  const active = run.stages.filter(
    (stage) => stage.status === "running" && !run.stages.some((other) => other.parentId === stage.id),
  );
  const names = active
    .map((stage) => `\`${stage.name}\``)
    .slice(0, 3)
    .join(", ");
  const rate = active.find((stage) => stage.recordsPerSecond !== null)?.recordsPerSecond ?? null;
  const retried = active.find((stage) => stage.attempts.length > 1);
  return {
    tone: "running",
    text: `Running for ${formatDuration(roundSeconds(nowMs - Date.parse(run.startedAt)))}${names === "" ? "" : `, now in ${names}`}.`,
    detail: [
      rate === null ? "" : `${formatCount(rate)} rows a second.`,
      retried === undefined ? "" : `\`${retried.name}\` is on attempt ${retried.attempts.length}.`,
    ]
      .filter((part) => part !== "")
      .join(" "),
  };
}

function succeeded(run: RunResponse): RunVerdict {
  const leaks = rowLeaks(run);
  const [first] = leaks;
  if (first !== undefined) {
    const where = first.to === null ? `in \`${first.from}\`` : `between \`${first.from}\` and \`${first.to}\``;
    const what =
      first.rows > 0
        ? `${countOf(first.rows, "row")} vanished ${where}`
        : `${countOf(-first.rows, "row")} too many came out ${where}`;
    return {
      tone: "unexplained",
      text: `Succeeded, but ${what}.`,
      detail:
        leaks.length > 1
          ? `${countOf(leaks.length - 1, "more place in this run does not", "more places in this run do not")} add up.`
          : "",
    };
  }
  const failedRows = run.recordsFailed ?? 0;
  const retried = run.stages.filter((stage) => stage.attempts.length > 1);
  const detail = [
    failedRows > 0 ? `${countOf(failedRows, "record")} failed, with reasons.` : "",
    retried.length > 0 ? `${retried.map((stage) => `\`${stage.name}\``).join(", ")} needed more than one attempt.` : "",
  ];
  const rows = run.recordsRead === null ? "" : ` All ${formatCount(run.recordsRead)} rows are accounted for.`;
  return {
    tone: "good",
    text: `Succeeded in ${formatDuration(run.durationMs)}.${run.recordsUnexplained === null ? "" : rows}`,
    detail: detail.filter((part) => part !== "").join(" "),
  };
}

/** A place where the row counts do not add up: in a stage, or between two. Biggest first. */
export interface RowLeak {
  from: string;
  /** Null: inside `from`. */
  to: string | null;
  /** Positive: vanished. Negative: too many. */
  rows: number;
}

export function rowLeaks(run: Pick<RunResponse, "stages" | "handoffs">): RowLeak[] {
  const names = new Map(run.stages.map((stage) => [stage.id, stage.name]));
  const inside = run.stages
    .filter((stage) => (stage.recordsUnexplained ?? 0) !== 0)
    .map((stage) => ({ from: stage.name, to: null, rows: stage.recordsUnexplained ?? 0 }));
  const between = run.handoffs
    .filter((handoff) => handoff.unexplained !== 0)
    .map((handoff) => ({
      from: names.get(handoff.fromStageId) ?? "?",
      to: names.get(handoff.toStageId) ?? "?",
      rows: handoff.unexplained,
    }));
  return [...inside, ...between].sort((a, b) => Math.abs(b.rows) - Math.abs(a.rows));
}

function lastStage(run: RunResponse): StageDetail | undefined {
  return run.stages.findLast((stage) => stage.status === run.status) ?? run.stages.at(-1);
}

const firstLine = (text: string) => text.split("\n", 1)[0] ?? "";
const roundSeconds = (ms: number) => Math.max(0, Math.round(ms / 1000) * 1000);
