import type { RunStatus, RunSummary } from "sightglass/contract";

/** One run of the strip. */
export interface Bar {
  run: RunSummary;
  /** Share of the strip's height, 0 to 1. */
  height: number;
}

/** Short runs stay visible, and can still be hit with a pointer. */
const heightMin = 0.22;

/** A skipped run did nothing; when a lost run ended nobody knows, so it fills the strip. */
const fixedHeight: Partial<Record<RunStatus, number>> = { skipped: heightMin, lost: 1 };

/**
 * Heights by duration. The 90th percentile fills the strip: one very long run must not flatten all others.
 *
 * @param nowMs for runs that still go on, whose duration is until now
 */
export function stripBars(runs: readonly RunSummary[], nowMs: number): Bar[] {
  const durations = runs.map((run) => durationOf(run, nowMs));
  const sorted = durations.filter((ms) => ms > 0).toSorted((a, b) => a - b);
  const full = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.9))] ?? 0;
  return runs.map((run, index) => {
    const share = full === 0 ? 1 : Math.min(1, (durations[index] ?? 0) / full);
    return { run, height: fixedHeight[run.status] ?? heightMin + (1 - heightMin) * share };
  });
}

function durationOf(run: RunSummary, nowMs: number): number {
  if (run.durationMs !== null) return run.durationMs;
  return run.status === "running" ? Math.max(0, nowMs - Date.parse(run.startedAt)) : 0;
}
