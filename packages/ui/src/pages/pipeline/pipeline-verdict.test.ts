import type { RunSummary } from "sightglass/contract";
import { describe, expect, it } from "vitest";
import { pipelineSummary, runSummary } from "../../testing/contract-values.ts";
import { pipelineVerdict } from "./pipeline-verdict.ts";

const nowMs = Date.parse("2026-03-14T02:10:00.000Z");
const verdict = (...runs: Partial<RunSummary>[]) =>
  pipelineVerdict(
    pipelineSummary({ latestRuns: runs.map(runSummary), lastSuccessAt: "2026-03-14T00:10:00.000Z" }),
    nowMs,
  );
const refused = { type: "Error", message: "connection refused" };

describe("pipelineVerdict", () => {
  it("counts failures in a row", () => {
    const { tone, text, detail } = verdict(
      {},
      { status: "failed", error: refused },
      { status: "failed", error: refused },
    );
    expect(tone).toBe("failed");
    expect(text).toMatch(/^Failed 2 times in a row, since .*: connection refused\.$/);
    expect(detail).toBe("Last success 2 h ago.");
  });

  it("does not say that failures began with the oldest run that it knows", () => {
    const runs = Array.from({ length: 24 }, () => ({ status: "failed", error: refused }) as const);
    expect(verdict(...runs).text).toMatch(/^Failed at least 24 times in a row, since .* or before: /);
    expect(verdict({}, ...runs.slice(1)).text).toMatch(/^Failed 23 times in a row, since (?!.* or before)/);
  });

  it("says what vanished, although the run succeeded", () => {
    expect(verdict({}, { recordsUnexplained: 212 })).toMatchObject({
      tone: "unexplained",
      text: "The latest run succeeded, but 212 rows vanished.",
      detail: "The run before was whole.",
    });
    expect(verdict({ recordsUnexplained: 1 }, { recordsUnexplained: -5 }).text).toContain("5 rows too many");
  });

  it("says when none has come in time, and how far apart they were", () => {
    const hours = ["13T19", "13T20", "13T21", "13T22", "13T23", "14T00"];
    expect(verdict(...hours.map((hour) => ({ startedAt: `2026-03-${hour}:00:00.000Z` })))).toMatchObject({
      tone: "overdue",
      text: "No run has begun for 2 h, though one usually does every 60 min.",
      detail: "Last success 2 h ago.",
    });
  });

  it("keeps the last finished run's word while another runs", () => {
    const running = {
      status: "running",
      endedAt: null,
      durationMs: null,
      startedAt: "2026-03-14T02:09:00.000Z",
    } as const;
    expect(verdict({ status: "lost" }, running)).toMatchObject({
      tone: "lost",
      detail: "A run has been going for 1 min 00 s. Last success 2 h ago.",
    });
    expect(verdict(running).tone).toBe("running");
  });

  it("is calm when all is well", () => {
    expect(verdict({})).toMatchObject({
      tone: "good",
      text: "The latest run succeeded 8 min ago, with every row accounted for.",
    });
    expect(verdict({ recordsUnexplained: null }).text).toBe("The latest run succeeded 8 min ago.");
    expect(verdict().tone).toBe("quiet");
  });
});
