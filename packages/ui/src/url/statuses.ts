import type { RunStatus } from "sightglass/contract";

/** In the order in which filters list them: what needs a person first. */
export const runStatuses = [
  "running",
  "failed",
  "lost",
  "succeeded",
  "skipped",
  "cancelled",
] as const satisfies readonly RunStatus[];

export function readStatuses(values: string[] | undefined): RunStatus[] | undefined {
  const kept = runStatuses.filter((status) => values?.includes(status));
  return kept.length === 0 ? undefined : kept;
}
