import { mkdtempSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../model/clock.ts";
import { openEmbeddedStore } from "../store/embedded/store.ts";
import { readStoredCounts } from "../store/ledger-counts.ts";
import { migrate } from "../store/migrate.ts";
import type { Store } from "../store/store.ts";
import { openSpool, type OpenSpoolOptions } from "./open.ts";
import { SpanRows } from "./testing/span-rows.ts";

const randomHex = (bytes: number) => randomBytes(bytes).toString("hex");

describe("the spool on a real store", () => {
  const root = mkdtempSync(join(tmpdir(), "sightglass-spool-"));
  let store: Store;
  let folders = 0;
  beforeAll(async () => {
    store = await openEmbeddedStore({ dataDir: join(root, "store") });
    await migrate(store, { clock: systemClock });
  });
  afterAll(async () => {
    await store.close();
    rmSync(root, { recursive: true, force: true });
  });

  function options(
    changes: Partial<OpenSpoolOptions<{ spans: SpanRows }>> = {},
  ): OpenSpoolOptions<{ spans: SpanRows }> {
    return {
      dataDir: join(root, `data-${(folders += 1)}`),
      clock: systemClock,
      randomHex,
      newBlock: { spans: () => new SpanRows() },
      insert: (segment) => store.insertSegment(segment),
      storedCounts: () => readStoredCounts(store),
      ...changes,
    };
  }

  it("answers when durable, stores soon after, and the ledger balances throughout", async () => {
    const stored: number[] = [];
    const spools = await openSpool(options({ onStored: (_table, rows) => stored.push(rows) }));
    const before = (await readStoredCounts(store))["spans"] ?? 0;
    const requests = Array.from({ length: 200 }, (_, request) =>
      spools.tables.spans.append((block) => {
        for (let row = 0; row < 50; row += 1) block.push({ traceId: request, spanId: row, isPipeline: row === 0 });
        return { accepted: 50, rejected: 1 };
      }),
    );
    for (const answer of await Promise.all(requests)) expect(answer).toEqual({ accepted: 50, rejected: 1 });
    const { spans } = await spools.ledger();
    expect(spans).toMatchObject({ received: 200 * 51, refused: 200 });
    expect(spans.received).toBe(spans.stored - before + spans.refused + spans.spooled);
    await spools.stop();
    expect(stored.reduce((sum, rows) => sum + rows, 0)).toBe(10_000);
    expect(await store.query("SELECT count() AS spans, uniqExact(trace_id, span_id) AS distinct FROM spans")).toEqual([
      { spans: 10_000, distinct: 10_000 },
    ]);
    expect(await store.query("SELECT sum(span_count) AS spans FROM traces")).toEqual([{ spans: 10_000 }]);
    expect(await store.query("SELECT count() AS facts FROM run_facts")).toEqual([{ facts: 200 }]);
  });
});
