import { once } from "node:events";
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { pipeline } from "@sightglass/sdk";
import { bullmq } from "@sightglass/sdk/carriers";
import { collector } from "@sightglass/sdk/metrics";
import { type Job, Queue, Worker } from "bullmq";
import { connection, queueName, type Resize } from "./queue.js";

/** Each attempt at a job is a run. Runs until it is told to stop. */

const telemetry = bootstrap({ service: "resize-worker" });
const queue = new Queue<Resize>(queueName, { connection });
const publications = new Queue<{ thumbnail: string }>("publish", { connection });
// Asked when somebody collects, and only then.
collector("queue_jobs", { labels: { state: ["waiting", "active", "failed"] } }, async () => {
  const counts = await queue.getJobCounts("waiting", "active", "failed");
  return (["waiting", "active", "failed"] as const).map((state) => ({ value: counts[state] ?? 0, labels: { state } }));
});

function resize(job: Job<Resize>): Promise<number> {
  const options = { parent: bullmq.extract(job), attempt: job.attemptsMade + 1, partition: job.data.image };
  return pipeline("resize", options, async (run) => {
    const thumbnails = await run.stage("render", { source: { system: "images", table: job.data.image } }, (stage) => {
      stage.read(1);
      if (job.data.image.endsWith(".broken")) throw Object.assign(new Error("not an image"), { name: "DecodeError" });
      const thumbnails = job.data.widths.map((width) => `${job.data.image}@${width}`);
      stage.setAttribute("resize.thumbnails", thumbnails.length);
      stage.written(1);
      return thumbnails;
    });
    await run.stage("publish", { sink: { system: "bullmq", table: publications.name } }, (stage) =>
      stage.each(thumbnails, (thumbnail) => publications.add("publish", { thumbnail }, bullmq.inject())),
    );
    return thumbnails.length;
  });
}

const worker = new Worker<Resize>(queueName, resize, { connection, concurrency: 4 });
// What a run throws is in its telemetry already; BullMQ needs a listener all the same.
worker.on("error", (error) => process.stderr.write(`${error.message}\n`));

await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
await worker.close(); // the jobs at work are finished first
await queue.close();
await publications.close();
await telemetry.shutdown();
