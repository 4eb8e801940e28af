import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RunResponse, RunSummary } from "sightglass/contract";
import { runQuery, runsQuery } from "../../api/queries.ts";
import { formatMoment } from "../../format/time.ts";
import { badStreak } from "./bad-streak.ts";
import { CodeWords } from "./code-words.tsx";
import { isTroubled } from "./run-verdict.ts";

export interface RunDetailProps {
  run: RunResponse;
  /** The verdict's own detail. */
  words: string;
  nowMs: number;
}

/** What follows the verdict: its own detail, and of a run that is not good, since when, and which the last good one was. */
export function RunDetail({ run, words, nowMs }: RunDetailProps) {
  return (
    <>
      <CodeWords text={words} />{" "}
      {run.status === "failed" ? (
        <>
          <Link to="." search={{ tab: "errors" }}>
            Show the error
          </Link>
          .{" "}
        </>
      ) : null}
      {isTroubled(run) ? (
        <>
          <SinceWhen run={run} nowMs={nowMs} />
          {run.lastGoodRunId === null ? (
            "No earlier run was good."
          ) : (
            <LastGood runId={run.lastGoodRunId} nowMs={nowMs} />
          )}
        </>
      ) : null}
    </>
  );
}

/** Enough to tell a bad night from a bad month. */
const readMax = 100;

/** Nothing when the run before was good: the last good run says it. */
function SinceWhen({ run, nowMs }: { run: RunResponse; nowMs: number }) {
  const { data } = useInfiniteQuery(runsQuery({ pipeline: run.pipeline, end: run.startedAt }, readMax));
  if (data === undefined) return null;
  const { count, first, isOpen } = badStreak(
    run,
    data.pages.flatMap((page) => page.runs),
    data.pages.at(-1)?.next !== null,
  );
  if (count === 1) return null;
  return (
    <>
      {isOpen ? "At least " : ""}
      {count} bad runs in a row, since{" "}
      <Link to="/runs/$runId" params={{ runId: first.id }}>
        {nameOf(first, nowMs)}
      </Link>
      {isOpen ? " or before" : ""}.{" "}
    </>
  );
}

function LastGood({ runId, nowMs }: { runId: string; nowMs: number }) {
  const { data } = useQuery(runQuery(runId));
  return (
    <>
      {data === undefined ? null : (
        <>
          Last good run:{" "}
          <Link to="/runs/$runId" params={{ runId }}>
            {nameOf(data, nowMs)}
          </Link>
          .{" "}
        </>
      )}
      <Link to="." search={{ tab: "compare" }}>
        {data === undefined ? "Compare with the last good run" : "Compare"}
      </Link>
      .
    </>
  );
}

const nameOf = (run: RunSummary, nowMs: number) =>
  [run.partition, formatMoment(run.startedAt, nowMs)].filter((part) => part !== null).join(", ");
