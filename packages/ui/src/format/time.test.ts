import { describe, expect, it } from "vitest";
import { formatMoment, formatRelative, formatZone } from "./time.ts";

const nowMs = new Date(2026, 2, 14, 3, 10, 0).getTime();
const ago = (ms: number) => new Date(nowMs - ms).toISOString();

describe("formatRelative", () => {
  it.each([
    [0, "now"],
    [4_000, "4 s ago"],
    [720_000, "12 min ago"],
    [3 * 3_600_000, "3 h ago"],
    [47 * 3_600_000, "47 h ago"],
    [50 * 3_600_000, "2 d ago"],
    [-300_000, "in 5 min"],
  ])("writes %s ms ago as %s", (ms, text) => {
    expect(formatRelative(ago(ms), nowMs)).toBe(text);
  });

  it("shows a dash for what is unknown", () => {
    expect(formatRelative(null, nowMs)).toBe("–");
    expect(formatRelative("nonsense", nowMs)).toBe("–");
  });
});

describe("formatMoment", () => {
  it("leaves out what goes without saying", () => {
    expect(formatMoment(new Date(2026, 2, 14, 2, 10).toISOString(), nowMs)).toBe("02:10");
    expect(formatMoment(new Date(2026, 2, 13, 23, 59).toISOString(), nowMs)).toBe("yesterday 23:59");
    expect(formatMoment(new Date(2026, 1, 1, 2, 10).toISOString(), nowMs)).toBe("1 Feb 02:10");
    expect(formatMoment(new Date(2025, 11, 31, 2, 10).toISOString(), nowMs)).toBe("31 Dec 2025 02:10");
  });
});

describe("formatZone", () => {
  it.each([
    ["UTC", "2026-03-14", "UTC"],
    ["Europe/Berlin", "2026-03-14", "Europe/Berlin, UTC+1"],
    ["Europe/Berlin", "2026-07-14", "Europe/Berlin, UTC+2"],
    ["America/St_Johns", "2026-01-14", "America/St_Johns, UTC−3:30"],
  ])("says how far %s is from UTC on %s", (zone, day, text) => {
    expect(formatZone(Date.parse(`${day}T12:00:00Z`), zone)).toBe(text);
  });
});
