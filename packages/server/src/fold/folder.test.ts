import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveEvent } from "../http/contract.ts";
import { Folder } from "./folder.ts";
import { ShiftedClock } from "./testing/clock.ts";
import { hexId, type ShortFact } from "./testing/facts.ts";
import { openTestStore, type TestStore } from "./testing/store.ts";

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

const runRow = async (id: string) => {
  const [row] = await test.store.query<Record<string, unknown>>(
    `SELECT status, pipeline, origin, stage_count, attempts, records_read, records_written, records_unexplained,
            toString(ended_at) AS ended_at, error_type, trace_id
     FROM runs FINAL WHERE run_id = {id:String}`,
    { params: { id } },
  );
  return row;
};
const stageNames = async (id: string) => {
  const rows = await test.store.query<{ name: string }>(
    "SELECT name FROM stages FINAL WHERE run_id = {id:String} ORDER BY started_at, name",
    { params: { id } },
  );
  return rows.map(({ name }) => name);
};

/** A folder of its own for each test, without timers. */
async function startedFolder(clock = new ShiftedClock()) {
  const faults: unknown[] = [];
  const events: LiveEvent[] = [];
  const folder = new Folder({ store: test.store, clock, onFault: (error) => faults.push(error) });
  folder.subscribe((event) => events.push(event));
  await folder.start();
  await folder.foldNow();
  events.length = 0;
  return { folder, clock, events, faults };
}

const run = (trace: string, id: string, more: Partial<ShortFact> = {}): ShortFact => ({
  trace,
  span: `${trace}run`,
  start: 0,
  end: 10,
  attributes: { "pipeline.name": "flights", "pipeline.run.id": id },
  ...more,
});
const stage = (
  trace: string,
  name: string,
  start: number,
  end: number,
  more: Record<string, number> = {},
): ShortFact => ({
  trace,
  span: `${name.slice(0, 3)}${start}${trace}`,
  parent: `${trace}run`,
  start,
  end,
  attributes: { "pipeline.name": "flights", "pipeline.stage": name, ...more },
});

describe("the folder", () => {
  it("shows stages before their run span and moves them to its id when it comes", async () => {
    const { folder, events, faults } = await startedFolder();
    await test.send([stage("t1", "extract", 0, 4, { "pipeline.records.read": 10, "pipeline.records.written": 10 })]);
    await folder.foldNow();
    const traceId = hexId("t1", 32);
    expect(await runRow(traceId)).toMatchObject({ status: "running", pipeline: "flights", stage_count: 1 });

    await test.send([
      stage("t1", "load", 5, 9, { "pipeline.records.read": 10, "pipeline.records.written": 7 }),
      run("t1", "r1"),
    ]);
    await folder.foldNow();
    expect(await runRow(traceId)).toBeUndefined();
    expect(await stageNames(traceId)).toEqual([]);
    expect(await runRow("r1")).toMatchObject({
      status: "succeeded",
      stage_count: 2,
      records_read: 10,
      records_written: 7,
      records_unexplained: 3,
    });
    expect(await stageNames("r1")).toEqual(["extract", "load"]);
    expect(events.at(-1)).toMatchObject({ type: "run", runId: "r1", status: "succeeded" });
    expect(faults).toEqual([]);
    await folder.stop();
  });

  it("writes nothing and says nothing when nothing changed", async () => {
    const { folder, events } = await startedFolder();
    await test.send([run("t2", "r2")]);
    await folder.foldNow();
    expect(events).toHaveLength(1);
    const versions = () => test.store.query("SELECT version FROM runs WHERE run_id = 'r2' ORDER BY version");
    const before = await versions();
    await folder.foldNow();
    // The same span again, as a sender that got no answer repeats it.
    await test.send([run("t2", "r2")]);
    await folder.foldNow();
    expect(events).toHaveLength(1);
    expect(await versions()).toEqual(before);
    await folder.stop();
  });

  it("shows a run from its first second, loses it in silence, finds it again, and believes its end", async () => {
    const { folder, clock } = await startedFolder();
    const attributes = { "pipeline.name": "flights", "pipeline.run.id": "r3" };
    await test.send([{ kind: "start", trace: "t3", span: "t3run", start: 0, attributes }]);
    await folder.foldNow();
    expect(await runRow("r3")).toMatchObject({ status: "running", origin: "sdk", ended_at: null });

    clock.shiftMs = 60_000;
    await folder.foldNow();
    expect(await runRow("r3")).toMatchObject({ status: "running" });
    clock.shiftMs = 91_000;
    await folder.foldNow();
    expect(await runRow("r3")).toMatchObject({ status: "lost", ended_at: null });

    // Heard again: the engine's clock has not moved, so the folder's goes back to it.
    clock.shiftMs = 0;
    await test.send([{ kind: "heartbeat", trace: "t3", span: "t3run", start: 100, attributes }]);
    await folder.foldNow();
    expect(await runRow("r3")).toMatchObject({ status: "running" });

    clock.shiftMs = 200_000;
    await folder.foldNow();
    expect(await runRow("r3")).toMatchObject({ status: "lost" });
    await test.send([run("t3", "r3", { end: 300, status: "error", exception: { type: "IOError", message: "gone" } })]);
    await folder.foldNow();
    expect(await runRow("r3")).toMatchObject({ status: "failed", error_type: "IOError" });
    await folder.stop();
  });

  it("joins traces that name the same run id, whichever comes first", async () => {
    const { folder } = await startedFolder();
    const attributes = { "pipeline.run.id": "r4", "pipeline.name": "flights" };
    const part = (trace: string, name: string, start: number): ShortFact => ({
      trace,
      span: trace + name,
      start,
      end: start + 1,
      attributes: { ...attributes, "pipeline.stage": name },
    });
    await test.send([part("t4b", "load", 5)]);
    await folder.foldNow();
    await test.send([part("t4a", "extract", 1)]);
    await folder.foldNow();
    await test.send([run("t4c", "r4")]);
    await folder.foldNow();
    expect(await stageNames("r4")).toEqual(["extract", "load"]);
    expect(await runRow("r4")).toMatchObject({ status: "succeeded", trace_id: hexId("t4c", 32), stage_count: 2 });
    await folder.stop();
  });

  it("finds a stage's run through spans that are no facts", async () => {
    const { folder } = await startedFolder();
    await test.send([
      run("t5", "r5"),
      { ...run("t5", "r5inner"), span: "inner", parent: "t5run", start: 2, end: 8 },
      { trace: "t5", span: "plain", parent: "inner", start: 3, end: 7 },
      { trace: "t5", span: "plain2", parent: "plain", start: 3, end: 7 },
      { trace: "t5", span: "deep", parent: "plain2", start: 4, end: 6, attributes: { "pipeline.stage": "load" } },
    ]);
    await folder.foldNow();
    expect(await stageNames("r5inner")).toEqual(["load"]);
    expect(await stageNames("r5")).toEqual([]);
    await folder.stop();
  });

  it("judges stages without a run span once the root of their trace has ended", async () => {
    const { folder } = await startedFolder();
    const traceId = hexId("t6", 32);
    await test.send([{ ...stage("t6", "load", 1, 2), status: "error" }]);
    await folder.foldNow();
    expect(await runRow(traceId)).toMatchObject({ status: "running" });
    await test.send([{ trace: "t6", span: "t6run", name: "cron job", start: 0, end: 3 }]);
    // The root is no fact; the folder looks again when the run would settle.
    const later = new ShiftedClock();
    later.shiftMs = 31_000;
    const second = await startedFolder(later);
    expect(await runRow(traceId)).toMatchObject({ status: "failed", pipeline: "flights" });
    await folder.stop();
    await second.folder.stop();
  });

  it("folds after a start what came while it was away", async () => {
    await test.send([run("t7", "r7")]);
    const { folder, faults } = await startedFolder();
    expect(await runRow("r7")).toMatchObject({ status: "succeeded" });
    expect(folder.status()).toEqual({ lagMs: 0, dirtyTraces: 0 });
    expect(faults).toEqual([]);
    await folder.stop();
  });

  it("folds a run of very many facts again only after a rest", async () => {
    const { folder, clock } = await startedFolder();
    clock.stop();
    const many = Array.from({ length: 2100 }, (_, index) => stage("t9", `s${index}`, index % 9, 9));
    await test.send([run("t9", "r9"), ...many.map((fact, index) => ({ ...fact, span: `${index}t9` }))]);
    await folder.foldNow();
    expect(await runRow("r9")).toMatchObject({ stage_count: 2100 });
    await test.send([{ ...stage("t9", "late", 3, 4), span: "late" }]);
    await folder.foldNow();
    expect(await runRow("r9")).toMatchObject({ stage_count: 2100 });
    clock.shiftMs = 3000;
    await folder.foldNow();
    expect(await runRow("r9")).toMatchObject({ stage_count: 2101 });
    await folder.stop();
  });

  it("reports a run that cannot be written, lets it rest, and catches up", async () => {
    const { folder, faults, clock } = await startedFolder();
    await test.send([run("t8", "r8")]);
    await test.store.execute("RENAME TABLE stages TO stages_away");
    await folder.foldNow();
    expect(faults).toHaveLength(1);
    expect(folder.status().dirtyTraces).toBe(1);
    await test.store.execute("RENAME TABLE stages_away TO stages");
    clock.shiftMs = 31_000;
    await folder.foldNow();
    expect(faults).toHaveLength(1);
    expect(folder.status().dirtyTraces).toBe(0);
    expect(await runRow("r8")).toMatchObject({ status: "succeeded" });
    await folder.stop();
  });
});
