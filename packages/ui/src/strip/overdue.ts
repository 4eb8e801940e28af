import type { PipelineSummary } from "sightglass/contract";

/** A pipeline whose next run has not come. */
export interface Overdue {
  /** How far apart its runs usually begin. */
  usualMs: number;
  /** Since the last one began. */
  silentMs: number;
}

/** Fewer say nothing of a schedule. */
const gapsMin = 5;
/** So many of the gaps must be like the usual one: runs that people start by hand are not. */
const regularShareMin = 0.7;
const likeness = 0.25;
/** A scheduler may be late by that share of the usual gap, and by this at least. */
const graceShare = 0.5;
const graceMinMs = 60_000;

/**
 * Whether a pipeline that runs on a schedule has missed its time: its latest runs began at even distances, and none has begun
 * for longer than the longest of these (a night, a weekend) and a grace.
 *
 * @returns null when it is on time, has no schedule that can be seen, or is at work
 */
export function overdue(pipeline: Pick<PipelineSummary, "latestRuns" | "running">, nowMs: number): Overdue | null {
  if (pipeline.running > 0) return null;
  const starts = pipeline.latestRuns
    .filter((run) => !run.isBackfill)
    .map((run) => Date.parse(run.startedAt))
    .toSorted((a, b) => a - b);
  const last = starts.at(-1);
  const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? start));
  if (last === undefined || gaps.length < gapsMin) return null;
  const sorted = gaps.toSorted((a, b) => a - b);
  const usualMs = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const alike = gaps.filter((gap) => Math.abs(gap - usualMs) <= usualMs * likeness).length;
  if (alike / gaps.length < regularShareMin) return null;
  const silentMs = nowMs - last;
  const longestMs = sorted.at(-1) ?? usualMs;
  return silentMs > longestMs + Math.max(usualMs * graceShare, graceMinMs) ? { usualMs, silentMs } : null;
}
