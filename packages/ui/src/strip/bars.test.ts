import { describe, expect, it } from "vitest";
import { runSummary } from "../testing/contract-values.ts";
import { stripBars } from "./bars.ts";
import { unexplainedWords } from "./run-words.ts";

const nowMs = Date.parse("2026-03-14T02:10:00.000Z");
const heights = (...runs: Parameters<typeof runSummary>[0][]) =>
  stripBars(runs.map(runSummary), nowMs).map((bar) => bar.height);

describe("stripBars", () => {
  it("grows with duration and never vanishes", () => {
    const [short, half, full] = heights({ durationMs: 0 }, { durationMs: 50 }, { durationMs: 100 });
    expect(short).toBeCloseTo(0.22);
    expect(half).toBeCloseTo(0.61);
    expect(full).toBe(1);
  });

  it("is not flattened by one very long run", () => {
    const ordinary = Array.from({ length: 23 }, () => ({ durationMs: 100 }));
    const all = heights(...ordinary, { durationMs: 1_000_000 });
    expect(new Set(all)).toEqual(new Set([1]));
  });

  it("counts a running run until now, and fills the strip for a lost one", () => {
    const [running, lost, skipped] = heights(
      { status: "running", durationMs: null, startedAt: "2026-03-14T02:05:00.000Z" },
      { status: "lost", durationMs: null },
      { status: "skipped", durationMs: 0 },
    );
    expect(running).toBe(1);
    expect(lost).toBe(1);
    expect(skipped).toBeCloseTo(0.22);
  });
});

describe("unexplainedWords", () => {
  it.each([
    [null, null],
    [0, null],
    [1, "1 row unexplained"],
    [1_212, "1,212 rows unexplained"],
    [-3, "3 rows too many"],
  ])("says %s as %s", (rows, words) => {
    expect(unexplainedWords(rows)).toBe(words);
  });
});
