/** A run with a stage that is profiled each time, and one that is slower than its history. */
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { pipeline } from "@sightglass/sdk";
import { profile, whenSlow } from "@sightglass/sdk/profile";

/** Works for so much processor time, however busy the machine is. */
function parseRows(cpuMs) {
  const before = process.cpuUsage();
  let rows = 0;
  while (process.cpuUsage(before).user < cpuMs * 1000)
    rows += JSON.parse(JSON.stringify({ rows: [1, 2, 3] })).rows.length;
  return rows;
}

async function sortRows(cpuMs) {
  for (let worked = 0; worked < cpuMs; worked += 10) {
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < 10_000) Array.from({ length: 1000 }, (_, n) => -n).toSorted();
    await sleep(0);
  }
}

bootstrap({ service: "profiled", exitTimeoutMs: 60_000 });
const slow = whenSlow({ durationMinMs: 100, factor: 1 });
for (let run = 0; run < 5; run++) await pipeline("warm", (of) => of.stage("sort", { profile: slow }, () => sleep(1)));
await pipeline("warm", (run) => run.stage("sort", { profile: slow }, () => sortRows(500)));
await pipeline("profiled", (run) => run.stage("parse", (stage) => stage.read(profile(() => parseRows(500)))));
