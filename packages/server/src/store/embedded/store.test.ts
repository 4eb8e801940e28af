import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../model/clock.ts";
import { migrate } from "../migrate.ts";
import type { Store } from "../store.ts";
import { openEmbeddedStore } from "./store.ts";

describe("the embedded store", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "sightglass-store-"));
  let store: Store;
  beforeAll(async () => {
    store = await openEmbeddedStore({ dataDir });
  });
  afterAll(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("makes the schema once", async () => {
    expect(await migrate(store, { clock: systemClock })).toEqual(["0001-telemetry.sql", "0002-runs.sql"]);
    expect(await migrate(store, { clock: systemClock })).toEqual([]);
  });
});
