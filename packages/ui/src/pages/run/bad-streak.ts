import type { RunResponse, RunSummary } from "sightglass/contract";
import { isTroubled } from "./run-verdict.ts";

/** Runs of one pipeline that were not good, one after the other. */
export interface BadStreak {
  /** With the run that was asked for. */
  count: number;
  first: RunSummary;
  /** Whether it may have begun before what was read. */
  isOpen: boolean;
}

/**
 * How many runs in a row were not good up to this one, and since when. What says nothing (a run that was skipped, was
 * cancelled or still goes on) neither counts nor ends it.
 *
 * @param newestFirst runs of its pipeline, this one or later ones among them or not
 * @param hasMore whether there are older ones than these
 */
export function badStreak(run: RunResponse, newestFirst: readonly RunSummary[], hasMore: boolean): BadStreak {
  const before = newestFirst.filter(
    (each) =>
      each.id !== run.id && each.startedAt <= run.startedAt && (isTroubled(each) || each.status === "succeeded"),
  );
  const end = before.findIndex((each) => !isTroubled(each));
  const bad = end < 0 ? before : before.slice(0, end);
  return { count: bad.length + 1, first: bad.at(-1) ?? run, isOpen: end < 0 && hasMore };
}
