import { parseTime } from "./fact.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface Period {
  startMs: number;
  endMs: number;
}

/**
 * The time that a partition key or logical date stands for: `2026`, `2026-11`, `2026-11-20`, `20261120`,
 * `2026-11-20T03` (an hour), or a point in time, which is taken for the day that begins there, as schedulers mean it.
 * Null for a key that is no date.
 */
export function periodOf(key: string): Period | null {
  const month = /^(\d{4})(?:-?(\d{2}))?$/.exec(key);
  if (month !== null && isYear(month[1])) {
    const year = Number(month[1]);
    if (month[2] === undefined) return { startMs: Date.UTC(year, 0), endMs: Date.UTC(year + 1, 0) };
    const index = Number(month[2]) - 1;
    return index < 0 || index > 11 ? null : { startMs: Date.UTC(year, index), endMs: Date.UTC(year, index + 1) };
  }
  const day = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T _-]?(\d{2}))?$/.exec(key);
  if (day !== null && isYear(day[1])) {
    const startMs = parseTime(`${day[1]}-${day[2]}-${day[3]}T${day[4] ?? "00"}:00Z`);
    return startMs === undefined ? null : { startMs, endMs: startMs + (day[4] === undefined ? dayMs : hourMs) };
  }
  const startMs = parseTime(key);
  return startMs === undefined ? null : { startMs, endMs: startMs + dayMs };
}

/** "2026" is a year, "0042" is some number. */
const isYear = (text: string | undefined) => /^(19|20|21)\d{2}$/.test(text ?? "");

/**
 * Whether a run works up the past. A run for a period normally starts when the period is over, within one more period;
 * it is a backfill when it starts later than that. `declared` (`pipeline.backfill`, Airflow's run type) decides first.
 */
export function isBackfill(about: {
  declared: boolean | undefined;
  period: Period | null;
  startedAtMs: number;
}): boolean {
  if (about.declared !== undefined) return about.declared;
  if (about.period === null) return false;
  const { startMs, endMs } = about.period;
  return about.startedAtMs > endMs + Math.max(endMs - startMs, hourMs);
}
