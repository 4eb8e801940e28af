import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logs } from "@opentelemetry/api-logs";
import { paired } from "./measuring.mjs";

const nothing = { read() {}, filtered() {}, failed() {}, written() {} };

/**
 * The demo's own transform stage on a real day of flights: airports from the warehouse, and the join; in a run that is open. Without is
 * without the stage, its counts, and the line that it logs. What is sent meanwhile falls on both.
 */
export async function demo({ pipeline }, rounds) {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-bench-"));
  const { openWarehouse } = await import("../../demo/dist/warehouse.js");
  const { extractFlights, transformFlights } = await import("../../demo/dist/pipelines/flights.js");
  const warehouse = await openWarehouse(folder);
  const provider = logs.getLoggerProvider();
  const log = (isOn) => {
    logs.disable();
    if (isOn) logs.setGlobalLoggerProvider(provider);
  };
  try {
    const day = "2001-01-13";
    const flights = await extractFlights(warehouse, day);
    const given = { day, flights, warehouse, isStale: false };
    let found;
    await pipeline("bench", async (run) => {
      found = await paired(
        () => transformFlights(nothing, given),
        () => run.stage("transform", (stage) => transformFlights(stage, given)),
        rounds,
        log,
      );
    });
    return { ...found, rows: flights.length };
  } finally {
    log(true);
    warehouse.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
