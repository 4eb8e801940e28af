import { describe, expect, it } from "vitest";
import { runSummary } from "../testing/contract-values.ts";
import { overdue } from "./overdue.ts";

const hourMs = 3_600_000;
const day = 24;
const now = Date.parse("2026-03-16T12:00:00.000Z");

/** Runs that began so many hours ago, oldest first. */
const runs = (hoursAgo: readonly number[], isBackfill = false) =>
  hoursAgo.map((hours) => runSummary({ startedAt: new Date(now - hours * hourMs).toISOString(), isBackfill }));
const hourly = (newest: number) => runs([7, 6, 5, 4, 3, 2, 1, 0].map((hours) => hours + newest));
const workdays = (newest: number) => runs([9, 8, 7, 4, 3, 2, 1, 0].map((days) => days * day + newest));

describe("overdue", () => {
  it.each([
    ["an hourly one that ran just now", hourly(0.1), false],
    ["an hourly one that is a little late", hourly(1.4), false],
    ["an hourly one that missed its time", hourly(3), true],
    ["one of workdays, on Sunday evening", workdays(2 * day + 18), false],
    ["one of workdays, on Tuesday", workdays(4 * day), true],
    ["one that people start by hand", runs([100, 99.9, 99.5, 90, 89, 30, 29.9, 20]), false],
    ["one with too few runs to tell", runs([9, 8, 7, 6, 5]), false],
    ["one that was filled in at even distances", runs([9, 8, 7, 6, 5, 4, 3], true), false],
    ["one without runs", [], false],
  ])("%s", (_, latestRuns, isOverdue) => {
    expect(overdue({ latestRuns, running: 0 }, now) !== null).toBe(isOverdue);
  });

  it("says how far apart runs usually begin, and how long none has", () => {
    expect(overdue({ latestRuns: hourly(3), running: 0 }, now)).toEqual({ usualMs: hourMs, silentMs: 3 * hourMs });
  });

  it("waits for a run that is at work", () => {
    expect(overdue({ latestRuns: hourly(3), running: 1 }, now)).toBeNull();
  });
});
