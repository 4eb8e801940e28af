import type { RunSummary } from "sightglass/contract";
import { formatClock, formatDay } from "../../format/time.ts";

/** Columns between two labels, at least: closer ones would touch. */
const labelGap = 4;
const dayMs = 86_400_000;

/** A label where the day changes, or the minute where all runs are of about one day; only where there is room. */
export function timeLabels(runs: readonly Pick<RunSummary, "startedAt">[]): (string | null)[] {
  const times = runs.map((run) => Date.parse(run.startedAt));
  const format = (times.at(-1) ?? 0) - (times[0] ?? 0) < dayMs ? formatClock : formatDay;
  let before = "";
  let labelled = -labelGap;
  return times.map((ms, index) => {
    const label = format(ms);
    const isNew = label !== before;
    before = label;
    if (!isNew || index - labelled < labelGap) return null;
    labelled = index;
    return label;
  });
}
