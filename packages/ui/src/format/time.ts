import { unknown } from "./duration.ts";

/** How times are written: in the viewer's zone, 24 hours, with the date left out when it is today. */

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

const dayMs = 86_400_000;

/** `4 s ago`, `12 min ago`, `3 h ago`, `2 d ago`; `now` under two seconds; `in 5 min` for the future. */
export function formatRelative(iso: string | null | undefined, nowMs: number): string {
  if (iso === null || iso === undefined) return unknown;
  const ageMs = nowMs - Date.parse(iso);
  if (!Number.isFinite(ageMs)) return unknown;
  if (Math.abs(ageMs) < 2_000) return "now";
  const size = Math.abs(ageMs);
  const text =
    size < 60_000
      ? `${Math.floor(size / 1000)} s`
      : size < 3_600_000
        ? `${Math.floor(size / 60_000)} min`
        : size < 2 * dayMs
          ? `${Math.floor(size / 3_600_000)} h`
          : `${Math.floor(size / dayMs)} d`;
  return ageMs < 0 ? `in ${text}` : `${text} ago`;
}

/** `02:10` today, `yesterday 02:10`, `14 Mar 02:10`, with the year when it is another one. */
export function formatMoment(iso: string | null | undefined, nowMs: number): string {
  return momentWith(clock, iso, nowMs);
}

/** `02:10:07` today, `yesterday 02:10:07`, `14 Mar 02:10:07`, with the year when it is another one. */
export function formatMomentExact(iso: string | null | undefined, nowMs: number): string {
  return momentWith(clockSeconds, iso, nowMs);
}

function momentWith(time: Intl.DateTimeFormat, iso: string | null | undefined, nowMs: number): string {
  if (iso === null || iso === undefined) return unknown;
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return unknown;
  const days = daysBetween(at, new Date(nowMs));
  if (days === 0) return time.format(at);
  if (days === 1) return `yesterday ${time.format(at)}`;
  const sameYear = at.getFullYear() === new Date(nowMs).getFullYear();
  return `${(sameYear ? day : dayYear).format(at)} ${time.format(at)}`;
}

/** A zone with how far it is from UTC now, by default the viewer's, in which all times are written: `Europe/Berlin, UTC+1`. */
export function formatZone(nowMs: number, timeZone = clock.resolvedOptions().timeZone): string {
  if (timeZone === "UTC") return timeZone;
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "shortOffset" }).formatToParts(nowMs);
  const offset =
    parts
      .find((part) => part.type === "timeZoneName")
      ?.value.replace("GMT", "UTC")
      .replace("-", "−") ?? "";
  return `${timeZone}, ${offset}`;
}

/** With seconds and date, for tooltips and headers: `14 Mar 2026 02:10:07`. */
export function formatExact(iso: string | null | undefined): string {
  if (iso === null || iso === undefined) return unknown;
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? unknown : `${dayYear.format(at)} ${clockSeconds.format(at)}`;
}

/** Time of day with milliseconds, for logs: `02:10:07.412`. */
export function formatTimeOfDay(iso: string): string {
  const at = new Date(iso);
  return `${clockSeconds.format(at)}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

export function formatDay(ms: number): string {
  return day.format(ms);
}

export function formatClock(ms: number): string {
  return clock.format(ms);
}

export function formatClockSeconds(ms: number): string {
  return clockSeconds.format(ms);
}

function daysBetween(earlier: Date, later: Date): number {
  const start = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  return Math.round((start(later) - start(earlier)) / dayMs);
}
