import type { RunStatus } from "sightglass/contract";
import { describe, expect, it } from "vitest";
import { pipelineSummary, runSummary } from "../../testing/contract-values.ts";
import { needOf, overallVerdict, sortPipelines } from "./attention.ts";

const pipeline = (name: string, statuses: RunStatus[], recordsUnexplained = 0) =>
  pipelineSummary({
    name,
    latestRuns: statuses.map((status, index) =>
      runSummary({
        id: `${name}${index}`,
        status,
        recordsUnexplained: index === statuses.length - 1 ? recordsUnexplained : 0,
      }),
    ),
  });

const well = pipeline("well", ["failed", "succeeded"]);
const failing = pipeline("failing", ["succeeded", "failed"]);
const failingAndRunning = pipeline("retrying", ["failed", "running"]);
const silent = pipeline("silent", ["succeeded", "lost"]);
const leaky = pipeline("leaky", ["succeeded", "succeeded"], 212);

const nowMs = Date.parse("2026-03-14T12:00:00.000Z");
const stale = pipelineSummary({
  name: "stale",
  latestRuns: [1, 2, 3, 4, 5, 6].map((hour) => runSummary({ startedAt: `2026-03-14T0${hour}:00:00.000Z` })),
});

describe("what needs a person", () => {
  it("looks at the latest finished run", () => {
    const all = [failing, failingAndRunning, silent, stale, leaky, well, pipelineSummary()];
    expect(all.map((each) => needOf(each, nowMs))).toEqual([
      "failed",
      "failed",
      "lost",
      "overdue",
      "unexplained",
      null,
      null,
    ]);
  });

  it("puts what needs a person first", () => {
    const names = sortPipelines([well, leaky, stale, silent, failing], "attention", nowMs).map((each) => each.name);
    expect(names).toEqual(["failing", "silent", "stale", "leaky", "well"]);
  });
});

describe("overallVerdict", () => {
  it("names what is wrong, worst first", () => {
    expect(overallVerdict([well, failing, failingAndRunning, silent, stale, leaky], nowMs)).toEqual({
      tone: "failed",
      text: "failing and retrying failed; silent went silent; stale is overdue; rows are unaccounted for in leaky.",
    });
    expect(overallVerdict([leaky], nowMs)).toEqual({ tone: "unexplained", text: "Rows are unaccounted for in leaky." });
    expect(overallVerdict([failing, failing, failing], nowMs)).toMatchObject({ text: "failing and 2 more failed." });
  });

  it("says when all is well, and when nothing is known", () => {
    expect(overallVerdict([well], nowMs).tone).toBe("good");
    expect(overallVerdict([pipelineSummary()], nowMs)).toEqual({ tone: "quiet", text: "No run has finished yet." });
  });
});
