import { parse } from "@sightglass/promql";
import { describe, expect, it } from "vitest";
import { evaluatedOver, pipelineQuestions, timeAround, timeSince } from "./pipeline-series.ts";

const nowMs = Date.parse("2026-03-14T02:10:00Z");
const hourMs = 3_600_000;

describe("evaluatedOver", () => {
  it("covers a range up to now in round steps", () => {
    expect(evaluatedOver({ range: "7d" }, nowMs)).toEqual({
      startMs: nowMs - 7 * 24 * hourMs,
      endMs: nowMs,
      stepMs: 3 * hourMs,
    });
  });

  it("covers what was around a run, but not the future", () => {
    const time = timeAround("2026-03-14T02:00:00Z", "2026-03-14T02:05:00Z");
    const { startMs, endMs, stepMs } = evaluatedOver(time, nowMs);
    expect(endMs).toBe(nowMs);
    expect(startMs).toBeGreaterThanOrEqual(Date.parse("2026-03-14T00:00:00Z"));
    expect((endMs - startMs) % stepMs).toBe(0);
  });
});

describe("timeAround", () => {
  it.each([
    ["2026-03-14T02:00:01Z", "2026-03-14T01:00:00.000Z"],
    ["2026-03-14T02:30:00Z", "2026-03-13T14:00:00.000Z"],
    ["2026-03-15T02:00:00Z", "2026-03-07T02:00:00.000Z"],
  ])("looks further back from a longer run: until %s from %s", (endedAt, start) => {
    expect(timeAround("2026-03-14T02:00:00Z", endedAt)).toMatchObject({ start });
  });
});

describe("timeSince", () => {
  it.each([
    [undefined, "7d", "7d"],
    ["2026-03-14T02:00:00Z", "7d", "15m"],
    ["2026-03-13T12:00:00Z", "7d", "24h"],
    ["2026-03-08T12:00:00Z", "7d", "7d"],
    ["2026-03-12T12:00:00Z", "24h", "24h"],
  ])("from the first run at %s in %s shows %s", (first, window, range) => {
    expect(timeSince(first, window, nowMs)).toEqual({ range });
  });
});

describe("pipelineQuestions", () => {
  it("asks well formed questions, whatever the pipeline is called", () => {
    for (const { queries } of pipelineQuestions('nightly "load" \\ é', 60_000))
      for (const { expr } of queries) expect(() => parse(expr)).not.toThrow();
  });

  it("never looks at less time than the series need", () => {
    expect(pipelineQuestions("flights", 30_000)[0]?.queries[0]?.expr).toContain("[5m]");
    expect(pipelineQuestions("flights", 3 * hourMs)[0]?.queries[0]?.expr).toContain("[3h]");
  });
});
