import { Link } from "@tanstack/react-router";
import type { RunSummary } from "sightglass/contract";
import { useState } from "react";
import { formatCount } from "../format/count.ts";
import { formatDuration } from "../format/duration.ts";
import { formatMoment } from "../format/time.ts";
import { useNow } from "../format/use-now.ts";
import { Status, statusWords, UnexplainedShape } from "../primitives/status.tsx";
import { Bubble, type Place } from "../primitives/tooltip.tsx";
import { stripBars } from "./bars.ts";
import { unexplainedWords } from "./run-words.ts";
import "./run-strip.css";

export interface RunStripProps {
  /** Oldest first. */
  runs: readonly RunSummary[];
  label: string;
  /** The run that the page is about. */
  current?: string;
  /** The stage to show of a run that is opened. */
  stage?: string;
}

/**
 * The latest runs as bars, oldest first: height is duration, colour and form are status, a mark above is unexplained rows.
 * Links for the pointer only: the keyboard reaches the same runs through the pipeline's page, in one stop instead of 24.
 */
export function RunStrip({ runs, label, current, stage }: RunStripProps) {
  const nowMs = useNow(5_000);
  const [shown, setShown] = useState<{ run: RunSummary; place: Place } | null>(null);
  return (
    <ul className="strip" aria-label={label} onPointerLeave={() => setShown(null)}>
      {stripBars(runs, nowMs).map(({ run, height }) => (
        <li key={run.id}>
          <Link
            to="/runs/$runId"
            params={{ runId: run.id }}
            search={stage === undefined ? {} : { stage }}
            tabIndex={-1}
            className={`strip-run${run.id === current ? " is-current" : ""}`}
            aria-label={`${statusWords[run.status]}, ${formatMoment(run.startedAt, nowMs)}`}
            onPointerEnter={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              setShown({ run, place: { left: box.left + box.width / 2, top: box.top } });
            }}
          >
            {unexplainedWords(run.recordsUnexplained) === null ? null : <span className="strip-mark" />}
            <span
              className={`strip-bar status-${run.status} is-${run.status}`}
              style={{ height: `${height * 100}%` }}
            />
          </Link>
        </li>
      ))}
      {shown === null ? null : (
        <li>
          <Bubble id="strip-bubble" place={shown.place} content={<RunWords run={shown.run} nowMs={nowMs} />} />
        </li>
      )}
    </ul>
  );
}

/** What a person wants to know of a run before opening it. */
export function RunWords({ run, nowMs }: { run: RunSummary; nowMs: number }) {
  const unexplained = unexplainedWords(run.recordsUnexplained);
  const durationMs = run.durationMs ?? (run.status === "running" ? nowMs - Date.parse(run.startedAt) : null);
  return (
    <span className="run-words">
      <span className="run-words-head">
        <Status status={run.status} quiet />
        <span>{formatMoment(run.startedAt, nowMs)}</span>
        {run.partition === null ? null : <span className="muted">{run.partition}</span>}
      </span>
      <span className="muted">
        {formatDuration(durationMs)}
        {run.recordsWritten === null ? null : ` · ${formatCount(run.recordsWritten)} rows written`}
      </span>
      {unexplained === null ? null : (
        <span className="run-words-unexplained">
          <UnexplainedShape /> {unexplained}
        </span>
      )}
      {run.error === null ? null : <span className="run-words-error">{run.error.message}</span>}
    </span>
  );
}
