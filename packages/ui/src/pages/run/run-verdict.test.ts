import { describe, expect, it } from "vitest";
import { runResponse, stageDetail } from "../../testing/contract-values.ts";
import { runVerdict } from "./run-verdict.ts";

const nowMs = Date.parse("2026-03-14T02:10:00.000Z");
const refused = { type: "Error", message: "connection refused\nat x", stack: null };
const attempt = (number: number) =>
  ({ ...(stageDetail({ name: "x" }).attempts[0] ?? null), number }) as ReturnType<
    typeof stageDetail
  >["attempts"][number];

describe("runVerdict", () => {
  it("names the innermost failed stage, its attempts and the reason", () => {
    const run = runResponse({
      status: "failed",
      stages: [
        stageDetail({ name: "build", status: "failed" }),
        stageDetail({
          name: "extract",
          parentId: "id-build",
          status: "failed",
          error: refused,
          attempts: [1, 2, 3].map(attempt),
        }),
      ],
    });
    expect(runVerdict(run, nowMs)).toEqual({
      tone: "failed",
      text: "Failed in `extract` after 3 attempts: connection refused.",
      detail: "",
    });
  });

  it("has words for a failure without any stage", () => {
    expect(runVerdict(runResponse({ status: "failed" }), nowMs).text).toBe("Failed.");
  });

  it("says that rows vanished although the run succeeded", () => {
    const run = runResponse({
      recordsUnexplained: 212,
      stages: [stageDetail({ name: "load", recordsUnexplained: 212 })],
    });
    expect(runVerdict(run, nowMs)).toMatchObject({
      tone: "unexplained",
      text: "Succeeded, but 212 rows vanished in `load`.",
    });
  });

  it("finds what went missing between two stages", () => {
    const run = runResponse({
      stages: [stageDetail({ name: "a" }), stageDetail({ name: "b" })],
      handoffs: [{ fromStageId: "id-a", toStageId: "id-b", written: 10, read: 9, unexplained: 1 }],
    });
    expect(runVerdict(run, nowMs).text).toBe("Succeeded, but 1 row vanished between `a` and `b`.");
  });

  it("praises only what is known", () => {
    expect(runVerdict(runResponse(), nowMs).text).toBe("Succeeded in 2 min 00 s. All 100 rows are accounted for.");
    expect(runVerdict(runResponse({ recordsUnexplained: null }), nowMs).text).toBe("Succeeded in 2 min 00 s.");
  });

  it("tells where a run is, and where one went silent", () => {
    const stages = [stageDetail({ name: "load", status: "running", recordsPerSecond: 1_200 })];
    const running = runResponse({ status: "running", durationMs: null, endedAt: null, stages });
    expect(runVerdict(running, nowMs)).toEqual({
      tone: "running",
      text: "Running for 10 min 00 s, now in `load`.",
      detail: "1,200 rows a second.",
    });
    const lost = runResponse({ status: "lost", stages: [stageDetail({ name: "pull", status: "lost" })] });
    expect(runVerdict(lost, nowMs)).toMatchObject({ tone: "lost", text: "Went silent in `pull` and never ended." });
  });
});
