import type { RunStatus } from "sightglass/contract";
import type { ReactNode } from "react";
import "./status.css";

export const statusWords: Record<RunStatus, string> = {
  running: "Running",
  succeeded: "Succeeded",
  failed: "Failed",
  skipped: "Skipped",
  cancelled: "Cancelled",
  lost: "Lost",
};

/** A shape of its own for each status, so that colour is never the only sign. 12 x 12 units. */
const shapes: Record<RunStatus, ReactNode> = {
  running: (
    <>
      <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" strokeWidth="1.75" opacity="0.35" />
      <path
        className="status-spin"
        d="M6 1.5A4.5 4.5 0 0 1 10.5 6"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
      />
    </>
  ),
  succeeded: (
    <>
      <circle cx="6" cy="6" r="5.5" fill="currentColor" />
      <path d="M3.5 6.2 5.3 8l3.2-3.8" fill="none" stroke="var(--surface)" strokeWidth="1.5" />
    </>
  ),
  failed: (
    <>
      <path d="M3.6.5h4.8l3.1 3.1v4.8l-3.1 3.1H3.6L.5 8.4V3.6z" fill="currentColor" />
      <path d="m4 4 4 4m0-4L4 8" fill="none" stroke="var(--surface)" strokeWidth="1.5" />
    </>
  ),
  skipped: <path d="M2 2.5 6 6 2 9.5zm4 0L10 6 6 9.5z" fill="currentColor" />,
  cancelled: (
    <>
      <circle cx="6" cy="6" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="m2.8 9.2 6.4-6.4" fill="none" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
  lost: (
    <>
      <path d="M6 1.2 10.8 6 6 10.8 1.2 6z" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <circle cx="6" cy="6" r="1.4" fill="currentColor" />
    </>
  ),
};

/** The shape alone. Give the word beside it, or rely on `label` where there is no room. */
export function StatusShape({ status, label }: { status: RunStatus; label?: string }) {
  return (
    <svg
      className={`status-shape status-${status}`}
      viewBox="0 0 12 12"
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    >
      {shapes[status]}
    </svg>
  );
}

/** Shape, word and colour. `quiet` leaves the tint out, for tables. */
export function Status({ status, quiet = false, word }: { status: RunStatus; quiet?: boolean; word?: string }) {
  return (
    <span className={`status status-${status}${quiet ? " status-quiet" : ""}`}>
      <StatusShape status={status} />
      <span className="status-word">{word ?? statusWords[status]}</span>
    </span>
  );
}

/** Marks a run that has not come: a clock, in the colour of what went silent, with its words. */
export function OverdueShape() {
  return (
    <svg className="status-shape status-lost" viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="4.9" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 3.2V6l2 1.4" fill="none" stroke="currentColor" strokeWidth="1.4" />
    </svg>
  );
}

/** Marks records that failed inside a run: lines of a table, one of them crossed out. */
export function FailedRecordsShape() {
  return (
    <svg className="status-shape status-failed" viewBox="0 0 12 12" aria-hidden="true">
      <path d="M1 2.5h10M1 9.5h10M1 6h5" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="m8 4.6 2.8 2.8m0-2.8L8 7.4" fill="none" stroke="currentColor" strokeWidth="1.4" />
    </svg>
  );
}

/** Marks rows that are not accounted for: a triangle, in amber, with its words. */
export function UnexplainedShape({ label }: { label?: string }) {
  return (
    <svg
      className="status-shape status-unexplained"
      viewBox="0 0 12 12"
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    >
      <path d="M6 .8 11.7 11H.3z" fill="currentColor" />
      <path d="M6 4.4v3" fill="none" stroke="var(--surface)" strokeWidth="1.4" />
      <circle cx="6" cy="9.1" r=".8" fill="var(--surface)" />
    </svg>
  );
}
