import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { type DemoOptions, readOptions, usage } from "./options.ts";
import { createProgress } from "./progress.ts";
import { advance, position, quickDaysFrom, runDay } from "./schedule.ts";
import { openWarehouse } from "./warehouse.ts";

/** A slow source is slow enough to be seen, and not so slow that the first weeks take long. */
const slowSourceMs = { quick: 1500, steady: 8000 };

async function main(options: DemoOptions, stop: AbortSignal): Promise<void> {
  const telemetry = bootstrap({ service: "flights-demo", endpoint: options.endpoint });
  const warehouse = await openWarehouse(`${options.stateDir}/warehouse`);
  try {
    const first = await position(warehouse);
    const quickDays = quickDaysFrom(first, options);
    const progress = createProgress(quickDays);
    for (let day = first; day < first + quickDays && !stop.aborted; day++) {
      await runDay(warehouse, day, slowSourceMs.quick);
      await advance(warehouse, day + 1);
      progress(day + 1 - first, "flight days");
    }
    if (!options.once && !stop.aborted)
      process.stdout.write(`demo: from now on a flight day every ${options.paceMs / 1000} s\n`);
    for (let day = first + quickDays; !options.once && !stop.aborted; day++) {
      await sleep(options.paceMs, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) break;
      await runDay(warehouse, day, slowSourceMs.steady);
      await advance(warehouse, day + 1);
    }
  } finally {
    await telemetry.shutdown();
    warehouse.close();
  }
}

function start(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  if (process.argv.includes("--help")) {
    process.stdout.write(usage);
    return Promise.resolve();
  }
  return main(readOptions(process.argv.slice(2)), stop.signal);
}

start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 1;
});
