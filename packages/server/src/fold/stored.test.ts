import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Folder } from "./folder.ts";
import type { RunDetail, StageDetailJson } from "./run.ts";
import { ShiftedClock } from "./testing/clock.ts";
import { factFrom } from "./testing/facts.ts";
import { fixtures, foldFixture, type Fixture } from "./testing/fixtures.ts";
import { openTestStore, type TestStore } from "./testing/store.ts";

/**
 * The fixtures once more, the whole way: OTLP through the decoder, the engine with its views, the folder, and back from the
 * tables. What comes out is what the rules make of the same facts. Those that are about silence are left to fold.test.ts:
 * here the engine's clock says when a fact became known.
 */
const settled = fixtures.filter(([, { now }]) => now === undefined);

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());
beforeEach(async () => {
  for (const table of ["spans", "logs", "traces", "run_facts", "runs", "stages", "fold_progress"])
    await test.store.execute(`TRUNCATE TABLE ${table}`);
});

async function foldStored(): Promise<void> {
  const clock = new ShiftedClock();
  clock.shiftMs = 86_400_000;
  const faults: unknown[] = [];
  const folder = new Folder({ store: test.store, clock, onFault: (error) => faults.push(error) });
  await folder.start();
  await folder.foldNow();
  await folder.stop();
  expect(faults).toEqual([]);
}

const bridgeFacts = ({ bridges = [] }: Fixture) =>
  bridges.map(([trace, span, parent]) => ({ trace, span, start: 0, end: 60, ...(parent === "" ? {} : { parent }) }));

describe.each(settled)("%s", (name, fixture) => {
  // Each request is an insert: a few fixtures show that the folder, too, does not mind the order.
  const orders = ["airflow-3.2.json", "traces-of-one-run.json"].includes(name)
    ? ["in one go", "backwards"]
    : ["in one go"];

  it.each(orders)("comes out of the store as the rules have it, sent %s", async (order) => {
    const requests = order === "in one go" ? [fixture.facts] : fixture.facts.toReversed().map((fact) => [fact]);
    for (const facts of requests) await test.send(facts);
    if (fixture.bridges !== undefined) await test.send(bridgeFacts(fixture));
    await foldStored();
    const expected = foldFixture(fixture, fixture.facts.map(factFrom));
    const runs = await test.store.query<{ run_id: string; detail: string }>(
      `SELECT run_id, pipeline, status, origin, partition, is_backfill, duration_ms, wait_ms, stage_count, stages_failed,
              attempts, trace_id, service, error_type, error_message, detail, records_read, records_written,
              records_failed, records_filtered, records_deduplicated, records_unexplained,
              toUnixTimestamp64Milli(started_at) AS started, toUnixTimestamp64Milli(assumeNotNull(ended_at)) AS ended
       FROM runs FINAL ORDER BY run_id`,
    );
    expect(runs.map((row) => ({ ...row, detail: JSON.parse(row.detail) as RunDetail }))).toEqual(
      expected.map(({ run }) => ({
        run_id: run.id,
        pipeline: run.pipeline,
        status: run.status,
        origin: run.origin,
        partition: run.partition ?? "",
        is_backfill: run.isBackfill,
        duration_ms: run.durationMs,
        wait_ms: run.waitMs,
        stage_count: run.stageCount,
        stages_failed: run.stagesFailed,
        attempts: run.attempts,
        trace_id: run.traceId,
        service: run.service,
        error_type: run.error?.type ?? "",
        error_message: run.error?.message ?? "",
        detail: run.detail,
        records_read: run.counts.recordsRead,
        records_written: run.counts.recordsWritten,
        records_failed: run.counts.recordsFailed,
        records_filtered: run.counts.recordsFiltered,
        records_deduplicated: run.counts.recordsDeduplicated,
        records_unexplained: run.counts.recordsUnexplained,
        started: run.startedAtMs,
        ended: run.endedAtMs,
      })),
    );
    const stages = await test.store.query<{ id: string; detail: string }>(
      `SELECT run_id, stage_id AS id, name, parent_id AS parentId, status, duration_ms AS durationMs, wait_ms AS waitMs,
              attempts, records_unexplained AS unexplained, detail
       FROM stages FINAL ORDER BY run_id, stage_id`,
    );
    const expectedStages = expected.flatMap(({ run, stages: ofRun }) =>
      ofRun.map(({ id, name, parentId, status, durationMs, waitMs, attempts, counts, detail }) => {
        const unexplained = counts.recordsUnexplained;
        return { run_id: run.id, id, name, parentId, status, durationMs, waitMs, attempts, unexplained, detail };
      }),
    );
    expect(stages.map((row) => ({ ...row, detail: JSON.parse(row.detail) as StageDetailJson }))).toEqual(
      expectedStages.toSorted((a, b) => (`${a.run_id}\0${a.id}` < `${b.run_id}\0${b.id}` ? -1 : 1)),
    );
  });
});
