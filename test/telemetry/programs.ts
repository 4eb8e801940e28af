/** Programs that use everything of the SDK that emits something. Together with `commands` they send all that there is. */

const imports = `
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { pipeline, filtered, duplicate } from "@sightglass/sdk";
import { kafka } from "@sightglass/sdk/carriers";
import { check } from "@sightglass/sdk/checks";
`;

/** Heartbeats and metrics come every 10 s; in this program that takes 100 ms. `beats(n)` waits until so many of both have come. */
const hurry = `
const realSetTimeout = globalThis.setTimeout;
let beaten = 0;
globalThis.setTimeout = Object.assign(
  (run, delayMs, ...more) =>
    delayMs === 10_000
      ? realSetTimeout(() => { run(...more); beaten += 1; }, 100)
      : realSetTimeout(run, delayMs, ...more),
  realSetTimeout,
);
const beats = async (count) => {
  const enough = beaten + count;
  while (beaten < enough) await new Promise((resolve) => realSetTimeout(resolve, 10));
};
`;

const everything = `${hurry}${imports}
bootstrap({ service: "contract", exitTimeoutMs: 20_000, metrics: { runtime: true } });
const source = { system: "kafka", table: "orders" };
const sink = { system: "postgresql", table: "orders" };
const options = { partition: "d1", logicalDate: new Date(0), backfill: true, attempt: 1, toBeContinued: true };

await pipeline("orders", options, async (run) => {
  let message;
  globalThis.gc(); // seen by the time that the run is over
  await run.stage("produce", () => { message = kafka.inject({ value: "x" }); });
  await run.stage("consume", { source, sink, links: kafka.links([message]), retries: 1 }, async (stage) => {
    await stage.each([1, 2, 3, 4], (record) => {
      if (record === 1) return filtered;
      if (record === 2) return duplicate;
      if (record === 3) throw new Error("no");
    }, { onFailed: "continue", retries: { retries: 1, delayMs: 1 }, bytes: () => 10 });
    await beats(8); // announced, and a heartbeat with counts
  });
  await run.stage("validate", (stage) => check(
    [{ id: 1, amount: 1.5, at: new Date() }, { id: 1, amount: null, at: new Date(), extra: 1 }],
    {
      table: "orders", partition: "d1", rows: { min: 1 }, unique: "id", freshness: { column: "at", ageMaxMs: 1e6 },
      columns: { amount: { complete: true, min: 0, severity: "warn", distribution: { mean: { max: 2 } } } },
      rules: { positive: (row) => row.amount > 0 },
      schema: { safeParse: (row) => ({ success: row.extra === undefined }) },
      sendTopValues: true,
    },
  ));
  await pipeline("orders", { continues: kafka.extract(message) }, () => undefined);
  await run.stage("fail", { attempt: 2 }, () => { throw new TypeError("broken"); });
}).catch(() => undefined);
`;

/** What a pipeline within another trace sends that is told to stop. */
const cancelled = `${hurry}${imports}
bootstrap({ service: "contract", exitTimeoutMs: 20_000 });
process.env.TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
await pipeline("stopped", (run) => run.stage("wait", async () => {
  await beats(8);
  throw new DOMException("stop", "AbortError");
})).catch(() => undefined);
`;

/** A stage that is slow after five that were not, and one that needs more memory than it may. */
const profiled = `${imports}
import { heapLimit, whenSlow } from "@sightglass/sdk/profile";
bootstrap({ service: "contract", exitTimeoutMs: 20_000 });
const quick = whenSlow({ factor: 1.01, durationMinMs: 200, intervalUs: 1000 });
const work = async () => {
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < 100_000) await sleep(1).then(() => JSON.parse(JSON.stringify(process.memoryUsage())));
};
await pipeline("profiled", async (run) => {
  for (let i = 0; i < 5; i++) await run.stage("s", { profile: quick }, () => sleep(1));
  await run.stage("s", { profile: quick }, () => sleep(250).then(work));
  await run.stage("big", { profile: heapLimit({ aboveBytes: 1, folder: "heap" }) }, () => {});
});
`;

export const programs = { everything, cancelled, profiled };

const counts = "::sightglass read=10 written=4 failed=2 filtered=1 deduplicated=1 bytes=100 reason=bad::";
const endpoints = ["--source", "s3:raw/orders", "--sink", "postgresql:orders", "--partition", "d1"];

/** Arguments of \`sightglass run\`. */
export const commands: readonly (readonly string[])[] = [
  ["run", "--pipeline", "nightly", ...endpoints, "--", "sh", "-c", `echo '${counts}'; echo oops >&2; exit 3`],
  // A line that is too long, more lines than are kept, and an end by a signal.
  [
    "run",
    "--",
    process.execPath,
    "-e",
    `console.log("x".repeat(100_000)); for (let i = 0; i < 30_000; i++) console.log(i); process.stdout.write("", () => process.kill(process.ppid, "SIGTERM")); setTimeout(() => {}, 60_000);`,
  ],
];
