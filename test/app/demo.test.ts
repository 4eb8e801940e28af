import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PipelinesResponse, RunResponse, RunsResponse, SpanDetail, TraceResponse } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "./server.ts";

/** Flight days 1 to 14 of the data set, with the faults that demo/src/faults.ts declares for them. */
const days = 14;
let server: Server;
const state = mkdtempSync(join(tmpdir(), "sightglass-demo-"));

beforeAll(async () => {
  server = await Server.start();
  const demo = spawn(
    process.execPath,
    ["demo/dist/main.js", "--state", state, "--endpoint", server.otlpHttp, "--days", String(days), "--once"],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const [code] = (await once(demo, "exit")) as [number];
  expect(code).toBe(0);
  await until(async () => (await runs("airport_delays")).filter(({ status }) => status !== "running").length === days, {
    what: () => "the last day's runs",
  });
}, 300_000);
afterAll(async () => {
  await server?.dispose();
  rmSync(state, { recursive: true, force: true });
});

async function runs(pipeline: string) {
  return (await server.get<RunsResponse>(`/api/runs?pipeline=${pipeline}&limit=200`)).runs;
}

async function run(partition: string): Promise<RunResponse> {
  const found = (await runs("flights")).find((one) => one.partition === partition);
  return server.get<RunResponse>(`/api/runs/${found?.id ?? ""}`);
}

async function valueOf(query: string): Promise<number> {
  const path = `/api/v1/query?query=${encodeURIComponent(query)}`;
  const { data } = await server.get<{ data: { result: { value: [number, string] }[] } }>(path);
  return Number(data.result[0]?.value[1]);
}

const stage = (of: RunResponse, name: string) => of.stages.find((one) => one.name === name);

describe("the demo", () => {
  it("shows five pipelines, one run for each flight day", async () => {
    const { pipelines } = await server.get<PipelinesResponse>("/api/pipelines");
    expect(pipelines.map(({ name }) => name).toSorted()).toEqual([
      "airport_delays",
      "bird_strikes",
      "flights",
      "movies",
      "weather",
    ]);
    expect(await runs("flights")).toHaveLength(days);
  });

  it("counts the rows that the data has", async () => {
    const third = await run("2001-01-03");
    expect(third).toMatchObject({ status: "succeeded", recordsRead: 16_948, recordsUnexplained: 0, isBackfill: false });
    // 31 of that day's flights left more than 45 minutes early, and 3 are there twice.
    expect(stage(third, "validate")).toMatchObject({ recordsRead: 16_948, recordsFailed: 31, recordsDeduplicated: 3 });
    expect(third.failedRecords).toEqual([
      expect.objectContaining({ stage: "validate", reason: "departed implausibly early", count: 31 }),
    ]);
    expect(third.handoffs.map(({ unexplained }) => unexplained)).toEqual([0, 0, 0]);
  });

  it("tells the stage that dropped rows in a run that succeeded", async () => {
    const stale = await run("2001-01-13");
    expect(stale.status).toBe("succeeded");
    const transform = stage(stale, "transform");
    expect(transform?.recordsUnexplained).toBeGreaterThan(300);
    expect(stale.recordsUnexplained).toBe(transform?.recordsUnexplained);
  });

  it("tells the missing partition, and who suffered from it", async () => {
    const missing = await run("2001-01-10");
    expect(missing).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("partition is missing") },
    });
    const suffered = (await runs("airport_delays")).find(({ partition }) => partition === "2001-01-10");
    expect(suffered).toMatchObject({ status: "failed" });
  });

  it("shows the retry of a busy warehouse", async () => {
    const retried = await run("2001-01-05");
    expect(retried.status).toBe("succeeded");
    expect(stage(retried, "load")?.attempts.map(({ status }) => status)).toEqual(["failed", "succeeded"]);
  });

  it("does not call an aggregation a loss", async () => {
    for (const one of await runs("airport_delays")) expect(one.recordsUnexplained ?? 0).toBe(0);
  });

  it("says how good the data is", async () => {
    const [latest] = await runs("movies");
    const { traceId, quality } = await server.get<RunResponse>(`/api/runs/${latest?.id ?? ""}`);
    const { spans } = await server.get<TraceResponse>(`/api/traces/${traceId}`);
    const extract = spans.find(({ name }) => name === "extract") as SpanDetail | undefined;
    const attribute = (key: string) => extract?.attributes.find((one) => one.key === key)?.value;
    // Three columns that are too empty, and titles that are numbers.
    expect(attribute("dq.checks.warned")).toEqual({ intValue: "4" });
    expect(attribute("dq.checks.failed")).toEqual({ intValue: "0" });
    expect(quality.checks).toHaveLength(15);
    expect(quality.checks.slice(0, 5).map(({ kind, subject, status }) => `${kind} ${subject} ${status}`)).toEqual([
      "completeness Title warned",
      "completeness Major Genre warned",
      "completeness Running Time min warned",
      "validity title is a text warned",
      "row_count movies passed",
    ]);
    expect(quality.columns.find(({ column }) => column === "IMDB Rating")).toMatchObject({
      stage: "extract",
      rows: 3201,
      missing: 213,
      min: 1.4,
      max: 9.2,
    });

    expect(await valueOf(`dq_completeness_ratio{dq_table="movies",dq_column="Director"}`)).toBeCloseTo(1870 / 3201);
    expect(await valueOf(`dq_validity_ratio{dq_table="movies",dq_rule="title is a text"}`)).toBeCloseTo(3191 / 3201);
    expect(await valueOf(`dq_row_count{dq_table="flights",dq_partition="2001-01-03"}`)).toBe(16_948);
    expect(await valueOf(`data_quality_score{table="movies"}`)).toBeCloseTo(11 / 15);
    expect(await valueOf(`sum(flights_loaded_total)`)).toBeGreaterThan(150_000);
  });

  it("finds movies.json as dirty as it is", async () => {
    const [latest] = await runs("movies");
    const movies = await server.get<RunResponse>(`/api/runs/${latest?.id ?? ""}`);
    expect(stage(movies, "clean")).toMatchObject({ recordsRead: 3201, recordsUnexplained: 0 });
    expect(Object.fromEntries(movies.failedRecords.map(({ reason, count }) => [reason, count]))).toMatchObject({
      "title is a number, not a text": 9,
      "title is missing": 1,
    });
    expect(movies.recordsUnexplained).toBe(0);
  });
});
