import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../model/clock.ts";
import { openEmbeddedStore } from "./embedded/store.ts";
import { spanIdSet, traceIdSet } from "./id-sets.ts";
import { migrate } from "./migrate.ts";
import type { Store } from "./store.ts";

const dataDir = mkdtempSync(join(tmpdir(), "sightglass-id-sets-"));
let store: Store;
beforeAll(async () => {
  store = await openEmbeddedStore({ dataDir });
  await migrate(store, { clock: systemClock });
  await store.execute(
    "INSERT INTO run_facts (trace_id, span_id, fact) SELECT toFixedString(MD5(toString(number)), 16), 'span-id!', 'span' FROM numbers(100000)",
  );
});
afterAll(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const where = `WHERE trace_id IN ${traceIdSet("traces")} AND span_id IN ${spanIdSet("spans")}`;
const params = {
  traces: ["cfcd208495d565ef66e7dff9f98764da", "c4ca4238a0b923820dcc509a6f75849b"],
  spans: [Buffer.from("span-id!").toString("hex")],
};

it("finds the rows of the ids", async () => {
  const rows = await store.query(`SELECT lower(hex(trace_id)) AS id FROM run_facts ${where} ORDER BY id`, { params });
  expect(rows).toEqual(params.traces.toSorted().map((id) => ({ id })));
});

it("is looked up in the index: two ids are not a read of the table", async () => {
  const plan = await store.query<{ explain: string }>(`EXPLAIN indexes = 1 SELECT count() FROM run_facts ${where}`, {
    params,
  });
  const granules = plan.flatMap(({ explain }) => /Granules: (\d+)\/(\d+)/.exec(explain) ?? []).slice(-2);
  expect(Number(granules[1])).toBeGreaterThan(10);
  expect(Number(granules[0])).toBeLessThanOrEqual(2);
});
