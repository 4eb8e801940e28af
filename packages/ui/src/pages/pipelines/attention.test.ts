import type { RunStatus } from "sightglass/contract";
import { describe, expect, it } from "vitest";
import { pipelineSummary, runSummary } from "../../testing/contract-values.ts";
import { attention, overallVerdict, sortPipelines } from "./attention.ts";

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

describe("attention", () => {
  it("looks at the latest finished run", () => {
    expect([failing, failingAndRunning, silent, leaky, well, pipelineSummary()].map(attention)).toEqual([
      4, 4, 3, 2, 0, 0,
    ]);
  });

  it("puts what needs a person first", () => {
    const names = sortPipelines([well, leaky, silent, failing], "attention").map((each) => each.name);
    expect(names).toEqual(["failing", "silent", "leaky", "well"]);
  });
});

describe("overallVerdict", () => {
  it("names what is wrong, worst first", () => {
    expect(overallVerdict([well, failing, failingAndRunning, silent, leaky])).toEqual({
      tone: "failed",
      text: "failing and retrying failed; silent went silent; rows are unaccounted for in leaky.",
    });
    expect(overallVerdict([leaky])).toEqual({ tone: "unexplained", text: "Rows are unaccounted for in leaky." });
    expect(overallVerdict([failing, failing, failing])).toMatchObject({ text: "failing and 2 more failed." });
  });

  it("says when all is well, and when nothing is known", () => {
    expect(overallVerdict([well]).tone).toBe("good");
    expect(overallVerdict([pipelineSummary()])).toEqual({ tone: "quiet", text: "No run has finished yet." });
  });
});
