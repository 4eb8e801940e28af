import { type Evaluated, stepFor } from "../../series/evaluated.ts";
import { durationText, exploreRangeDefault, parseDurationText, type ExploreSearch } from "../../url/explore-search.ts";

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;

/** As many as a chart shows apart. */
const pointsWanted = 240;
/** As many as Prometheus answers. */
export const pointsMax = 11_000;
const narrowestMs = 10 * secondMs;
const widestMs = 366 * 24 * hourMs;

/** The step that gives a chart about as many points as it has room for. */
export function autoStepMs(widthMs: number): number {
  return stepFor(widthMs, pointsWanted);
}

/** The newest value is at most so old: with steps of an hour too, what just happened is in sight. */
const endsAtMs = 10 * secondMs;

/** Start, end and step of a view. A moving range ends at a whole step, or nearer to now where steps are long. */
export function evaluatedAt(search: ExploreSearch, nowMs: number): Evaluated {
  const { startMs, endMs } = rangeAt(search, nowMs);
  const widthMs = endMs - startMs;
  const asked = parseDurationText(search.step ?? "");
  const stepMs = Math.max(asked ?? autoStepMs(widthMs), Math.ceil(widthMs / pointsMax));
  if (search.start !== undefined) return { startMs, endMs, stepMs };
  const gridMs = Math.min(stepMs, endsAtMs);
  const end = Math.floor(endMs / gridMs) * gridMs;
  return { startMs: end - Math.floor(widthMs / stepMs) * stepMs, endMs: end, stepMs };
}

export function rangeAt(search: ExploreSearch, nowMs: number): { startMs: number; endMs: number } {
  if (search.start !== undefined && search.end !== undefined)
    return { startMs: Date.parse(search.start), endMs: Date.parse(search.end) };
  const widthMs = parseDurationText(search.range ?? exploreRangeDefault) ?? hourMs;
  return { startMs: nowMs - widthMs, endMs: nowMs };
}

/** The keys that hold the range; undefined ones are to be taken out of the URL. */
export interface RangeKeys {
  range: string | undefined;
  start: string | undefined;
  end: string | undefined;
}

export function fixedRange({ startMs, endMs }: { startMs: number; endMs: number }): RangeKeys {
  const middle = (startMs + endMs) / 2;
  const half = Math.min(Math.max(endMs - startMs, narrowestMs), widestMs) / 2;
  const iso = (ms: number) => new Date(Math.round(ms)).toISOString();
  return { range: undefined, start: iso(middle - half), end: iso(middle + half) };
}

export function movingRange(range: string): RangeKeys {
  return { range: range === exploreRangeDefault ? undefined : range, start: undefined, end: undefined };
}

/** Twice as much, around the same middle; a moving range stays one. */
export function zoomedOut(search: ExploreSearch, nowMs: number): RangeKeys {
  const { startMs, endMs } = rangeAt(search, nowMs);
  const widthMs = endMs - startMs;
  if (search.start === undefined) return movingRange(durationText(Math.min(2 * widthMs, widestMs)));
  return fixedRange({ startMs: startMs - widthMs / 2, endMs: Math.min(endMs + widthMs / 2, Math.max(nowMs, endMs)) });
}

/** Half a range to earlier (-1) or later (1). */
export function moved(search: ExploreSearch, nowMs: number, direction: -1 | 1): RangeKeys {
  const { startMs, endMs } = rangeAt(search, nowMs);
  const by = ((endMs - startMs) / 2) * direction;
  return fixedRange({ startMs: startMs + by, endMs: endMs + by });
}
