import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dist, paired } from "./measuring.mjs";

const lines = Array.from(
  { length: 10_000 },
  (_, i) => `${i},2001-01-${String((i % 31) + 1).padStart(2, "0")},SFO,JFK,${(i * 37) % 400},${(i * 13) % 900}`,
);

const nothing = { read() {}, filtered() {}, failed() {}, written() {} };

/** Parses, checks and sums a million rows: little work for each, so that the overhead is not flattered. */
async function transform(counts) {
  const delays = new Map();
  for (let i = 0; i < 1_000_000; i++) {
    counts.read(1);
    const [, day, from, to, delay, distance] = lines[i % lines.length].split(",");
    if (Number(distance) < 50) {
      counts.filtered(1);
      continue;
    }
    if (Number(delay) === 399) {
      counts.failed(1, "delay_out_of_range");
      continue;
    }
    const key = `${day} ${from} ${to}`;
    delays.set(key, (delays.get(key) ?? 0) + Number(delay));
    counts.written(1);
    // Real stages wait for their input now and then.
    if (i % 10_000 === 0) await new Promise(setImmediate);
  }
  return delays;
}

/** A stage of a million records, each counted, with and without the SDK. */
export function million({ pipeline }, rounds) {
  return paired(
    () => transform(nothing),
    () => pipeline("bench", (run) => run.stage("transform", (stage) => transform(stage))),
    rounds,
  );
}

/** Three times that, with and without a profile of it, both with the SDK. Starting a profile costs V8 some ten milliseconds. */
export async function profiled({ pipeline }, rounds) {
  const { profile } = await import(new URL("profile/index.js", dist));
  const work = async (stage) => {
    for (let i = 0; i < 3; i++) await transform(stage);
  };
  return paired(
    () => pipeline("bench", (run) => run.stage("transform", work)),
    () => pipeline("bench", (run) => run.stage("transform", (stage) => profile(() => work(stage)))),
    rounds,
  );
}

/** The demo's own transform stage on a real day of flights: airports from the warehouse, and the join. */
export async function demo({ pipeline }, rounds) {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-bench-"));
  const { openWarehouse } = await import("../../demo/dist/warehouse.js");
  const { extractFlights, transformFlights } = await import("../../demo/dist/pipelines/flights.js");
  const warehouse = await openWarehouse(folder);
  try {
    const day = "2001-01-13";
    const flights = await extractFlights(warehouse, day);
    const work = (stage) => transformFlights(stage, { day, flights, warehouse, isStale: false });
    const found = await paired(
      () => work(nothing),
      () => pipeline("bench", (run) => run.stage("transform", work)),
      rounds,
    );
    return { ...found, rows: flights.length };
  } finally {
    warehouse.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
