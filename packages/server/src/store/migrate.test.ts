import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../model/clock.ts";
import { openEmbeddedStore } from "./embedded/store.ts";
import { readStoredCounts } from "./ledger-counts.ts";
import { migrate, readMigrations } from "./migrate.ts";
import type { Store } from "./store.ts";

/** The schema of the first version that landed. */
const firstVersion = 4;

describe("a data folder of an earlier version", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "sightglass-migrate-"));
  const known = readMigrations();
  let store: Store;
  beforeAll(async () => {
    store = await openEmbeddedStore({ dataDir });
  });
  afterAll(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const span = (name: string) => ({
    received_at: "2026-11-20T10:00:00Z",
    start_time: "2026-11-20T09:59:00Z",
    name,
    attributes_string: { "pipeline.stage": name },
    is_pipeline: true,
  });

  it("comes through every version since, with rows of each", async () => {
    const written: string[] = [];
    for (const migration of known.filter(({ version }) => version >= firstVersion)) {
      const upTo = known.filter(({ version }) => version <= migration.version);
      expect((await migrate(store, { clock: systemClock, migrations: upTo })).at(-1)).toBe(migration.name);
      await store.insertRows("spans", [span(migration.name)]);
      await store.insertRows("logs", [{ received_at: "2026-11-20T10:00:00Z", body: migration.name }]);
      await store.insertRows("runs", [{ run_id: migration.name, version: 1, started_at: "2026-11-20T10:00:00Z" }]);
      const sample = { received_at: "2026-11-20T10:00:00Z", metric: "m", series_id: 1, value: migration.version };
      await store.insertRows("samples", [sample]);
      written.push(migration.name);
    }
    expect(await migrate(store, { clock: systemClock })).toEqual([]);
    const columns = "name, attributes_string['pipeline.stage'] AS stage";
    expect(await store.query(`SELECT ${columns} FROM spans ORDER BY name`)).toEqual(
      written.map((name) => ({ name, stage: name })),
    );
    expect(await store.query("SELECT body FROM logs ORDER BY body")).toEqual(written.map((body) => ({ body })));
    expect(await store.query("SELECT run_id FROM runs FINAL ORDER BY run_id")).toEqual(
      written.map((run_id) => ({ run_id })),
    );
    expect(await store.query("SELECT name FROM run_facts ORDER BY name")).toEqual(written.map((name) => ({ name })));
  });

  it("keeps its ledger", async () => {
    const count = known.length - firstVersion + 1;
    expect(await readStoredCounts(store)).toMatchObject({ spans: count, logs: count, samples: count });
    expect(await store.query("SELECT sum(calls) AS calls FROM span_calls")).toEqual([{ calls: count }]);
  });
});
