import type { Execution } from "./execution.ts";

/**
 * Whether what lies below a run span belongs to the attempt after it, which has no span of its own: what a run span
 * encloses does not begin after its end.
 */
export function isInUnseenAttempt(execution: Execution, run: Execution): boolean {
  return run.sighting.isRetriedUnseen === true && run.endMs !== null && execution.startMs >= run.endMs;
}
