/** One part of a run, in a process of its own: `node part.mjs FOLDER STAGE`. The parts hand the run on beside a file. */
import { join } from "node:path";
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { sidecar } from "@sightglass/sdk/carriers";
import { pipeline } from "@sightglass/sdk";

const [folder, stage] = process.argv.slice(2);
const telemetry = bootstrap({ service: stage });
const file = join(folder, "orders.csv");
const isFirst = stage === "extract";
const isLast = stage === "verify";
const options = {
  ...(isFirst ? { partition: "2026-11-25" } : { continues: await sidecar.extract(file) }),
  ...(isLast ? {} : { toBeContinued: true }),
};
await pipeline("orders", options, (run) =>
  run.stage(stage, async (work) => {
    work.read(10);
    work.written(10);
    await sidecar.inject(file);
  }),
);
await telemetry.shutdown();
