import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDerivedTest, type DerivedTest } from "./testing/derived.ts";
import type { Deriver } from "./deriver.ts";

let test: DerivedTest;
let deriver: Deriver;
beforeAll(async () => {
  test = await openDerivedTest();
  deriver = test.deriver();
  await deriver.sampleNow();
});
afterAll(() => test.close());

const valueOf = async (query: string) => (await test.ask(query)).map(({ value }) => value);

describe("series of runs", () => {
  it("sees the first failure ever of a job", async () => {
    await test.write({ runs: [{ id: "f1", pipeline: "first", status: "failed" }] });
    await test.next(deriver);
    const [increase] = await test.ask('increase(pipeline_runs_total{pipeline="first",status="failure"}[5m]) > 0');
    expect(increase?.labels).toEqual({ pipeline: "first", status: "failure" });
    expect(await valueOf('sum(increase(pipeline_runs_total{pipeline="first",status!="failure"}[5m]))')).toEqual([0]);
  });

  it("has all statuses of a pipeline at 0 from its first run on", async () => {
    await test.write({ runs: [{ id: "z1", pipeline: "zeros", status: "running" }] });
    await test.next(deriver);
    const found = await test.ask('pipeline_runs_total{pipeline="zeros"}');
    expect(Object.fromEntries(found.map(({ labels, value }) => [labels["status"], value]))).toEqual({
      success: 0,
      failure: 0,
      skipped: 0,
      cancelled: 0,
      lost: 0,
    });
    expect(await valueOf('pipeline_runs_active{pipeline="zeros"}')).toEqual([1]);
    await test.write({ runs: [{ id: "z1", pipeline: "zeros", status: "succeeded" }] });
    await test.next(deriver);
    expect(await valueOf('pipeline_runs_active{pipeline="zeros"}')).toEqual([0]);
    expect(await valueOf('pipeline_runs_total{pipeline="zeros",status="success"}')).toEqual([1]);
  });

  it("counts a run once however often it is folded, and a lost one that comes back in both", async () => {
    const run = { id: "l1", pipeline: "lost" } as const;
    await test.write({ runs: [{ ...run, status: "lost" }] });
    await test.next(deriver);
    await test.write({ runs: [{ ...run, status: "lost" }] });
    await test.next(deriver);
    for (let fold = 0; fold < 3; fold += 1) {
      await test.write({ runs: [{ ...run, status: "succeeded", durationMs: 1_000 + fold }] });
      await test.next(deriver);
    }
    expect(await valueOf('pipeline_runs_total{pipeline="lost",status="lost"}')).toEqual([1]);
    expect(await valueOf('pipeline_runs_total{pipeline="lost",status="success"}')).toEqual([1]);
    expect(await valueOf('pipeline_runs_corrected_total{pipeline="lost",status="lost"}')).toEqual([1]);
    expect(
      await valueOf('sum(pipeline_runs_total{pipeline="lost"}) - sum(pipeline_runs_corrected_total{pipeline="lost"})'),
    ).toEqual([1]);
    const values = (await test.samples("pipeline_runs_total", { pipeline: "lost", status: "lost" })).map(
      ({ value }) => value,
    );
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });

  it("counts a run once that changes its id when its run span comes", async () => {
    await test.write({ runs: [{ id: "t9", trace: "t9", pipeline: "renamed", status: "failed" }] });
    await test.next(deriver);
    await test.write({
      runs: [
        { id: "real", trace: "t9", pipeline: "renamed", status: "failed" },
        { id: "t9", pipeline: "renamed", status: "failed", isDeleted: true },
      ],
    });
    await test.next(deriver);
    expect(await valueOf('pipeline_runs_total{pipeline="renamed",status="failure"}')).toEqual([1]);
    // Another run within the same trace is one of its own.
    await test.write({
      runs: [{ id: "second", trace: "t9", pipeline: "renamed", status: "failed", endedAtMs: test.clock.atMs + 1 }],
    });
    await test.next(deriver);
    expect(await valueOf('pipeline_runs_total{pipeline="renamed",status="failure"}')).toEqual([2]);
  });

  it("keeps backfills out of what says how things are now", async () => {
    const runs = [{ id: "b0", pipeline: "back", status: "succeeded", endedAtMs: test.clock.atMs - 3_600_000 }] as const;
    await test.write({ runs });
    await test.next(deriver);
    const before = await valueOf('pipeline_last_success_timestamp_seconds{pipeline="back"}');
    expect(before).toEqual([(test.clock.atMs - 15_000 - 3_600_000) / 1000]);
    await test.write({
      runs: [{ id: "b1", pipeline: "back", status: "succeeded", isBackfill: true }],
      stages: [{ id: "bs1", runId: "b1", pipeline: "back", name: "load", read: 100 }],
    });
    await test.next(deriver);
    expect(await valueOf('pipeline_last_success_timestamp_seconds{pipeline="back"}')).toEqual(before);
    expect(await valueOf('pipeline_runs_total{pipeline="back",status="success"}')).toEqual([2]);
    expect(await valueOf('pipeline_backfill_runs_total{pipeline="back",status="success"}')).toEqual([1]);
    expect(await valueOf('pipeline_run_duration_seconds_count{pipeline="back"}')).toEqual([1]);
    expect(await valueOf('pipeline_records_total{pipeline="back"}')).toEqual([]);
  });

  it("has durations as histograms", async () => {
    const run = (id: string, durationMs: number) => ({
      id,
      pipeline: "slow",
      status: "succeeded" as const,
      durationMs,
    });
    await test.write({
      runs: [run("d1", 2_000), run("d2", 45_000), run("d3", 200_000_000)],
      stages: [{ id: "ds1", runId: "d1", pipeline: "slow", name: "load", durationMs: 2_500 }],
    });
    await test.next(deriver);
    const buckets = await test.ask(
      'pipeline_run_duration_seconds_bucket{pipeline="slow",le=~"1|2.5|30|60|86400|[+]Inf"}',
    );
    expect(Object.fromEntries(buckets.map(({ labels, value }) => [labels["le"], value]))).toEqual({
      "1": 0,
      "2.5": 1,
      "30": 1,
      "60": 2,
      "86400": 2,
      "+Inf": 3,
    });
    expect(await valueOf('pipeline_run_duration_seconds_sum{pipeline="slow"}')).toEqual([200_047]);
    expect(await valueOf('pipeline_stage_duration_seconds_bucket{pipeline="slow",stage="load",le="2.5"}')).toEqual([1]);
    const exemplars = await test.store.query<{ value: number; labels: Record<string, string> }>(
      "SELECT value, labels FROM exemplars WHERE metric = 'pipeline_run_duration_seconds_bucket' AND value = 45",
    );
    expect(exemplars).toEqual([{ value: 45, labels: { trace_id: "trace-d2" } }]);
  });

  it("counts rows while a stage runs, and what is unexplained at its end", async () => {
    const stage = { id: "rs1", runId: "r1", pipeline: "rows", name: "load" } as const;
    const run = { id: "r1", pipeline: "rows" } as const;
    const records = async () =>
      Object.fromEntries(
        (await test.ask('pipeline_records_total{pipeline="rows",stage="load"}')).map(({ labels, value }) => [
          labels["direction"],
          value,
        ]),
      );
    await test.write({
      runs: [{ ...run, status: "running" }],
      stages: [{ ...stage, status: "running", read: 10, unexplained: 10 }],
    });
    await test.next(deriver);
    expect(await records()).toEqual({ read: 10 });
    await test.write({
      runs: [{ ...run, status: "running" }],
      stages: [{ ...stage, status: "running", read: 25, written: 20 }],
    });
    await test.next(deriver);
    expect(await records()).toEqual({ read: 25, written: 20 });
    await test.write({
      runs: [{ ...run, status: "succeeded" }],
      stages: [{ ...stage, read: 30, written: 26, failed: 0, unexplained: 4 }],
    });
    await test.next(deriver, 2);
    expect(await records()).toEqual({ read: 30, written: 26, failed: 0, unexplained: 4 });
    expect(await valueOf('pipeline_stage_duration_seconds_count{pipeline="rows",stage="load"}')).toEqual([1]);
  });
});
