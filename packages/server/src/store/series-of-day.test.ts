import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../model/clock.ts";
import { openEmbeddedStore } from "./embedded/store.ts";
import { migrate } from "./migrate.ts";
import { readSeriesOfDay } from "./series-of-day.ts";
import type { Store } from "./store.ts";

const dataDir = mkdtempSync(join(tmpdir(), "sightglass-series-of-day-"));
const day = 20_000;
let store: Store;
beforeAll(async () => {
  store = await openEmbeddedStore({ dataDir });
  await migrate(store, { clock: systemClock });
});
afterAll(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it("gives the ids of a day by metric, both halves of each", async () => {
  expect(await readSeriesOfDay(store, day)).toEqual([]);
  const idOf = (number: number) => BigInt(number) * 0x1234_5678_9abc_def1n;
  const rows = (metric: string, count: number, of: number) =>
    Array.from({ length: count }, (_unused, number) => ({
      day: of,
      metric,
      series_id: BigInt.asUintN(64, idOf(number)),
    }));
  await store.insertRows("series", [...rows("größe_bytes", 3, day), ...rows("many_total", 1000, day)]);
  await store.insertRows("series", rows("yesterday", 1, day - 1));
  const found = await readSeriesOfDay(store, day);
  expect(new Map(found.map(({ metric, ids }) => [metric, ids.length / 2]))).toEqual(
    new Map([
      ["größe_bytes", 3],
      ["many_total", 1000],
    ]),
  );
  const { ids } = found.find(({ metric }) => metric === "größe_bytes")!;
  const whole = [0, 1, 2].map((at) => (BigInt(ids[at * 2 + 1]!) << 32n) | BigInt(ids[at * 2]!));
  expect(new Set(whole)).toEqual(new Set([0, 1, 2].map((number) => BigInt.asUintN(64, idOf(number)))));
});
