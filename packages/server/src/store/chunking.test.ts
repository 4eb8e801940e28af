import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock, type Clock } from "../model/clock.ts";
import { Chunking, type ChunkingStep } from "./chunking.ts";
import { openEmbeddedStore } from "./embedded/store.ts";
import { migrate } from "./migrate.ts";
import type { Store } from "./store.ts";

const waitMs = 30_000;
const minuteMs = 60_000;
const startMs = Date.parse("2026-11-20T12:00:00Z");

/** Each sample once, as a query sees them. */
const allSamples = `SELECT series_id, time, any(reinterpretAsUInt64(value)) AS bits, any(start_time) AS start
  FROM (
    SELECT series_id, time, value, start_time FROM recent_samples
    UNION ALL
    SELECT series_id, time, value, start_time FROM sample_chunks
    ARRAY JOIN times AS time, values AS value, start_times AS start_time)
  GROUP BY series_id, time`;

describe("chunking", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "sightglass-chunking-"));
  let store: Store;
  let nowMs = startMs;
  const clock: Clock = { ...systemClock, nowMs: () => nowMs };
  beforeAll(async () => {
    store = await openEmbeddedStore({ dataDir });
    await migrate(store, { clock });
  }, waitMs);
  afterAll(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    for (const table of ["samples", "samples_closed", "sample_chunks"]) await store.execute(`TRUNCATE TABLE ${table}`);
    nowMs = startMs;
  });

  /** `series` series with a sample every 15 s over an hour, received as they were made, `skew` later. */
  const insert = (series: number, skewSeconds = 0) =>
    store.execute(
      `INSERT INTO samples (received_at, metric, series_id, time, value, start_time)
       SELECT at + ${skewSeconds}, 'm' || toString(number % ${series} % 3), number % ${series}, at,
         if(number % 7 = 0, reinterpretAsFloat64(toUInt64(9218868437227405314)), sin(number)),
         toDateTime64(0, 3, 'UTC') + number % 5
       FROM (SELECT number, toDateTime64('2026-11-20 12:00:00', 3, 'UTC') + intDiv(number, ${series}) * 15 AS at
             FROM numbers(${series * 240}))`,
    );
  const digest = async () =>
    (
      await store.query<{ rows: number; hash: string }>(
        `SELECT count() AS rows, toString(sum(cityHash64(series_id, time, bits, start))) AS hash FROM (${allSamples})`,
        { memoryBytesMax: 2 * 1024 ** 3 },
      )
    )[0];
  const rows = async (table: string) =>
    (await store.query<{ rows: number }>(`SELECT count() AS rows FROM ${table}`))[0]?.rows;
  const chunkedSamples = async () =>
    (await store.query<{ rows: number }>("SELECT sum(length(times)) AS rows FROM sample_chunks"))[0]?.rows;

  it(
    "folds half hours that have ended, and keeps every sample bit for bit",
    async () => {
      await insert(50);
      const before = await digest();
      nowMs = startMs + 40 * minuteMs;
      expect(await new Chunking({ store, clock }).run()).toEqual([{ partition: "2026-11-20 12:00:00", samples: 6000 }]);
      expect(await rows("recent_samples")).toBe(6000);
      expect(await rows("sample_chunks")).toBe(50);
      expect(await digest()).toEqual(before);
      nowMs = startMs + 70 * minuteMs;
      await new Chunking({ store, clock }).run();
      expect(await rows("recent_samples")).toBe(0);
      expect(await digest()).toEqual(before);
      expect(await new Chunking({ store, clock }).run()).toEqual([]);
    },
    waitMs,
  );

  it.each<ChunkingStep>(["moved", "inserted", "dropped"])(
    "loses and doubles nothing when it crashes after %s",
    async (crash) => {
      // Many blocks of the engine.
      await insert(4_000);
      const before = await digest();
      nowMs = startMs + 70 * minuteMs;
      const at = (step: ChunkingStep) => {
        if (step === crash) throw new Error("crash");
      };
      await expect(new Chunking({ store, clock, at }).run()).rejects.toThrow("crash");
      expect(await digest()).toEqual(before);
      await new Chunking({ store, clock }).run();
      expect(await digest()).toEqual(before);
      expect(await rows("recent_samples")).toBe(0);
      expect(await chunkedSamples()).toBe(before?.rows);
    },
    4 * waitMs,
  );

  it(
    "folds what comes late beside what is folded, whatever comes twice",
    async () => {
      await insert(10);
      nowMs = startMs + 70 * minuteMs;
      await new Chunking({ store, clock }).run();
      await insert(10, 300);
      await insert(10, 600);
      const before = await digest();
      await new Chunking({ store, clock }).run();
      nowMs += 60 * minuteMs;
      await new Chunking({ store, clock }).run();
      expect(await digest()).toEqual(before);
      expect(await rows("recent_samples")).toBe(0);
    },
    waitMs,
  );

  it("keeps the greatest value where one time has several, as queries do", async () => {
    const sample = (value: number, receivedAt: string) =>
      store.execute(
        `INSERT INTO samples (received_at, metric, series_id, time, value)
         VALUES ('${receivedAt}', 'm', 1, '2026-11-20 12:00:00.000', ${value})`,
      );
    await sample(7, "2026-11-20 12:00:05.000");
    await sample(3, "2026-11-20 12:00:09.000");
    await sample(5, "2026-11-20 12:00:01.000");
    await sample(NaN, "2026-11-20 12:00:10.000");
    nowMs = startMs + 70 * minuteMs;
    await new Chunking({ store, clock }).run();
    expect(await store.query("SELECT values FROM sample_chunks")).toEqual([{ values: [7] }]);
  });
});
