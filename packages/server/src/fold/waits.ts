import { clockSlackMs } from "./clock-slack.ts";
import { elapsedMs } from "./elapsed.ts";

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
  return Math.max(0, elapsedMs(coveredMs, whole.endMs - whole.startMs));
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
  const ended = stages.filter((stage) => stage.endMs !== null).sort((a, b) => endOf(a) - endOf(b));
  return stages.map((stage) => {
    const readyMs = stage.queuedAtMs ?? Math.max(enclosingStartMs, latestEndBefore(ended, stage));
    return Math.max(0, elapsedMs(readyMs, stage.startMs));
  });
}

const endOf = (stage: WaitingStage) => stage.endMs ?? Infinity;

/** The latest end among the others, sorted by it, that is not after the stage's start. */
function latestEndBefore(ended: readonly WaitingStage[], stage: WaitingStage): number {
  let low = 0;
  let high = ended.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const candidate = ended[middle];
    if (candidate !== undefined && endOf(candidate) <= stage.startMs + clockSlackMs) low = middle + 1;
    else high = middle;
  }
  // A stage shorter than the slack would find itself.
  const found = ended[low - 1] === stage ? ended[low - 2] : ended[low - 1];
  return found === undefined ? -Infinity : endOf(found);
}
