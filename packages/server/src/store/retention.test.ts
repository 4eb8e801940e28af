import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock, type Clock } from "../model/clock.ts";
import { openEmbeddedStore } from "./embedded/store.ts";
import { migrate } from "./migrate.ts";
import { readPartitions } from "./parts.ts";
import { Retention, type Drop, type RetentionLimits } from "./retention.ts";
import type { Store } from "./store.ts";
import { readTableStatus } from "./table-status.ts";

/** Long, because tests share the machine; passing takes far less. */
const waitMs = 20_000;

const dayMs = 24 * 60 * 60 * 1000;
const nowMs = Date.parse("2026-11-20T12:00:00Z");
const clock: Clock = { ...systemClock, nowMs: () => nowMs };
const unlimited = { ageMaxMs: 0, bytesMax: 0 };
const keepAll: RetentionLimits = { spans: unlimited, logs: unlimited, runs: unlimited, samples: unlimited };

describe("retention", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "sightglass-retention-"));
  let store: Store;
  beforeAll(async () => {
    store = await openEmbeddedStore({ dataDir });
    await migrate(store, { clock });
  });
  afterAll(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    for (const table of ["spans", "traces", "operations", "logs", "run_facts", "runs", "stages"]) {
      await store.execute(`TRUNCATE TABLE ${table}`);
    }
  });

  const day = (daysAgo: number) => new Date(nowMs - daysAgo * dayMs).toISOString();
  const insertSpans = (daysAgo: number, rows = 100) =>
    store.execute(
      `INSERT INTO spans (received_at, start_time, trace_id, span_id, name)
       SELECT {at:DateTime64(3, 'UTC')}, {at:DateTime64(9, 'UTC')}, toFixedString(randomString(16), 16),
              toFixedString(randomString(8), 8), randomPrintableASCII(50)
       FROM numbers(${rows})`,
      { params: { at: day(daysAgo).replace("T", " ").replace("Z", "") } },
    );
  const retain = (keep: Partial<RetentionLimits>) =>
    new Retention({ store, clock, keep: () => ({ ...keepAll, ...keep }) }).run();
  const names = (drops: Drop[]) => drops.map(({ table, name, reason }) => `${table} ${name} ${reason}`);
  const days = (table: string) =>
    store
      .query<{ day: string }>(
        `SELECT DISTINCT partition AS day FROM system.parts WHERE active AND table = '${table}' ORDER BY day`,
      )
      .then((rows) => rows.map((row) => row.day));
  const bytesOf = async (table: string) =>
    (await readTableStatus(store, keepAll)).find((status) => status.table === table)?.bytes ?? 0;

  it("does nothing without limits", async () => {
    await insertSpans(1000);
    expect(await retain({})).toEqual([]);
  });

  it("drops days that are wholly over the age, and what follows from them", async () => {
    for (const daysAgo of [20, 15, 14, 13, 0]) await insertSpans(daysAgo);
    const drops = await retain({ spans: { ageMaxMs: 14 * dayMs, bytesMax: 0 } });
    expect(names(drops)).toEqual([
      "spans 2026-10-31 age",
      "spans 2026-11-05 age",
      "traces 2026-10-31 follows",
      "traces 2026-11-05 follows",
      "operations 2026-10-31 follows",
      "operations 2026-11-05 follows",
    ]);
    for (const table of ["spans", "traces", "operations"]) {
      expect(await days(table)).toEqual(["2026-11-06", "2026-11-07", "2026-11-20"]);
    }
    expect(await retain({ spans: { ageMaxMs: 14 * dayMs, bytesMax: 0 } })).toEqual([]);
  });

  it("drops followers of a table that is empty", async () => {
    await insertSpans(20);
    await store.execute("TRUNCATE TABLE spans");
    await retain({ spans: { ageMaxMs: 14 * dayMs, bytesMax: 0 } });
    expect(await days("traces")).toEqual([]);
  });

  it("drops the oldest days until the bytes are within the limit", async () => {
    for (const daysAgo of [3, 2, 1, 0]) await insertSpans(daysAgo, 1000);
    const bytesMax = Math.ceil((await bytesOf("spans")) * 0.6);
    const drops = await retain({ spans: { ageMaxMs: 0, bytesMax } });
    expect(names(drops).filter((name) => name.startsWith("spans"))).toEqual([
      "spans 2026-11-17 bytes",
      "spans 2026-11-18 bytes",
    ]);
    expect(await bytesOf("spans")).toBeLessThanOrEqual(bytesMax);
    expect(await days("traces")).toEqual(["2026-11-19", "2026-11-20"]);
  });

  it("drops the oldest parts of the newest day when that day alone is too much", async () => {
    await store.execute("SYSTEM STOP MERGES spans");
    for (let part = 0; part < 4; part += 1) await insertSpans(0, 1000);
    const bytesMax = Math.ceil((await bytesOf("spans")) * 0.6);
    const [today] = await readPartitions(store, "spans");
    const drops = await retain({ spans: { ageMaxMs: 0, bytesMax } });
    expect(drops.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
      today?.parts.slice(0, 2).map(({ name }) => `part ${name}`),
    );
    expect(await store.query("SELECT count() AS rows FROM spans")).toEqual([{ rows: 2000 }]);
    await store.execute("SYSTEM START MERGES spans");
  });

  it("keeps each signal by its own limit", async () => {
    await insertSpans(20);
    await store.insertRows("logs", [
      { received_at: day(20), body: "old" },
      { received_at: day(1), body: "new" },
    ]);
    const drops = await retain({ logs: { ageMaxMs: dayMs * 14, bytesMax: 0 } });
    expect(names(drops)).toEqual(["logs 2026-10-31 age"]);
    expect(await days("spans")).toEqual(["2026-10-31"]);
  });

  it("deletes old runs and their stages, and drops old facts", async () => {
    await store.insertRows("run_facts", [{ inserted_at: day(500) }, { inserted_at: day(10) }]);
    await store.insertRows("runs", [
      { run_id: "old", version: 1, started_at: day(500), last_seen_at: day(499) },
      { run_id: "long", version: 1, started_at: day(500), last_seen_at: day(10) },
    ]);
    await store.insertRows("stages", [
      { run_id: "old", stage_id: "a", version: 1, started_at: day(500) },
      { run_id: "long", stage_id: "a", version: 1, started_at: day(10) },
    ]);
    await retain({ runs: { ageMaxMs: 400 * dayMs, bytesMax: 0 } });
    await expect.poll(() => store.query("SELECT run_id FROM runs"), { timeout: waitMs }).toEqual([{ run_id: "long" }]);
    await expect
      .poll(() => store.query("SELECT run_id FROM stages"), { timeout: waitMs })
      .toEqual([{ run_id: "long" }]);
    expect(await days("run_facts")).toEqual(["2026-11-10"]);
  });

  it("runs again and again, and reports failures", async () => {
    await insertSpans(20);
    const failures: string[] = [];
    const due: (() => void)[] = [];
    const manual: Clock = { ...clock, after: (_delayMs, run) => (due.push(run), () => {}) };
    const drops: Drop[] = [];
    const failing: Store = Object.create(store, {
      clusterName: { value: null },
      query: { value: store.query.bind(store) },
      execute: { value: () => Promise.reject(new Error("no disk")) },
    });
    const retention = new Retention({
      store: failing,
      clock: manual,
      keep: () => ({ ...keepAll, spans: { ageMaxMs: dayMs, bytesMax: 0 } }),
      onDrop: (drop) => drops.push(drop),
      onFailure: (error) => failures.push(error.message),
    });
    retention.start();
    await expect.poll(() => failures, { timeout: waitMs }).toEqual(["no disk"]);
    due.shift()?.();
    await expect.poll(() => failures, { timeout: waitMs }).toHaveLength(2);
    expect(due).toHaveLength(1);
    await retention.stop();
    due.shift()?.();
    expect(failures).toHaveLength(2);
    expect(drops).toEqual([]);
  });
});

describe("the status of tables", () => {
  it("has sizes, times and limits", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "sightglass-status-"));
    const store = await openEmbeddedStore({ dataDir });
    await migrate(store, { clock });
    const keep = { ...keepAll, spans: { ageMaxMs: 14 * dayMs, bytesMax: 20 } };
    const empty = await readTableStatus(store, keep);
    expect(empty.map(({ table }) => table)).toEqual([
      "spans",
      "logs",
      "traces",
      "operations",
      "run_facts",
      "runs",
      "stages",
      "samples",
      "sample_chunks",
      "histogram_samples",
      "exemplars",
      "series",
    ]);
    expect(empty[0]).toEqual({
      table: "spans",
      rows: 0,
      bytes: 0,
      parts: 0,
      oldestAt: null,
      newestAt: null,
      ageMaxMs: 14 * dayMs,
      bytesMax: 20,
    });
    await store.insertRows("spans", [
      { received_at: "2026-11-18T01:02:03.456Z", start_time: "2026-11-18T01:02:03Z" },
      { received_at: "2026-11-20T01:02:03.004Z", start_time: "2026-11-18T01:02:03Z" },
    ]);
    const [spans, , traces] = await readTableStatus(store, keep);
    expect(spans).toMatchObject({
      rows: 2,
      parts: 2,
      oldestAt: "2026-11-18T01:02:03.456Z",
      newestAt: "2026-11-20T01:02:03.004Z",
    });
    expect(spans?.bytes).toBeGreaterThan(0);
    expect(traces).toMatchObject({ ageMaxMs: 14 * dayMs, bytesMax: 0 });
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
});
