export interface Interval {
  startMs: number;
  endMs: number;
}

/** Milliseconds of `whole` that none of `parts` covers. Parts may overlap, nest and reach out of it. */
export function uncoveredMs(whole: Interval, parts: readonly Interval[]): number {
  let coveredMs = 0;
  let reachedMs = whole.startMs;
  for (const part of parts.toSorted((a, b) => a.startMs - b.startMs)) {
    const startMs = Math.max(part.startMs, reachedMs);
    const endMs = Math.min(part.endMs, whole.endMs);
    if (endMs <= startMs) continue;
    coveredMs += endMs - startMs;
    reachedMs = endMs;
  }
  return Math.max(0, whole.endMs - whole.startMs - coveredMs);
}

export interface WaitingStage {
  startMs: number;
  endMs: number | null;
  queuedAtMs: number | null;
}

/**
 * How long each stage waited: from when it could have begun to its start. It could have begun when it was queued; where
 * nobody says, at the latest end of a stage beside it that ended before, or else when what encloses it began.
 * @returns milliseconds, in the order of `stages`
 */
export function stageWaitsMs(stages: readonly WaitingStage[], enclosingStartMs: number): number[] {
  const ends = stages
    .map((stage) => stage.endMs)
    .filter((endMs) => endMs !== null)
    .sort((a, b) => a - b);
  return stages.map((stage) => {
    const readyMs = stage.queuedAtMs ?? Math.max(enclosingStartMs, latestUpTo(ends, stage.startMs));
    return Math.max(0, stage.startMs - readyMs);
  });
}

/** The greatest of the sorted values that is not above `limit`. */
function latestUpTo(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) <= limit) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1] ?? -Infinity;
}
