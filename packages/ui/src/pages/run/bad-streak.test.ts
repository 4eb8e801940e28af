import type { RunSummary } from "sightglass/contract";
import { describe, expect, it } from "vitest";
import { runResponse, runSummary } from "../../testing/contract-values.ts";
import { badStreak } from "./bad-streak.ts";

const at = (minute: number) => `2026-03-14T02:${String(minute).padStart(2, "0")}:00.000Z`;
const run = (minute: number, change: Partial<RunSummary>) =>
  runSummary({ id: `run-${minute}`, startedAt: at(minute), ...change });
const here = { ...runResponse(), ...run(30, { status: "failed" }) };
const failed = { status: "failed" } as const;

describe("badStreak", () => {
  it.each<{ name: string; older: RunSummary[]; count: number; first: string }>([
    { name: "it alone", older: [run(20, {}), run(10, failed)], count: 1, first: "run-30" },
    {
      name: "failures and rows that vanished",
      older: [run(25, failed), run(20, { recordsUnexplained: 4 }), run(10, {})],
      count: 3,
      first: "run-20",
    },
    {
      name: "what says nothing in between",
      older: [run(28, { status: "running" }), run(25, { status: "skipped" }), run(20, failed), run(10, {})],
      count: 2,
      first: "run-20",
    },
    { name: "not what came later, nor itself", older: [run(40, failed), run(30, failed), run(10, {})], count: 1, first: "run-30" }, // prettier-ignore
  ])("counts $name", ({ older, count, first }) => {
    const streak = badStreak(here, older, true);
    expect([streak.count, streak.first.id, streak.isOpen]).toEqual([count, first, false]);
  });

  it("says when it may have begun before what is known", () => {
    expect(badStreak(here, [run(20, failed)], true)).toMatchObject({ count: 2, isOpen: true });
    expect(badStreak(here, [run(20, failed)], false)).toMatchObject({ count: 2, isOpen: false });
  });
});
