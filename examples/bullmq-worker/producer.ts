import { bootstrap } from "@sightglass/sdk/bootstrap";
import { pipeline } from "@sightglass/sdk";
import { bullmq } from "@sightglass/sdk/carriers";
import { Queue } from "bullmq";
import { connection, queueName, type Resize } from "./queue.js";

/** Puts a job for each image into the queue. Usage: producer.js IMAGE ... */

const telemetry = bootstrap({ service: "resize-producer" });
const queue = new Queue<Resize>(queueName, { connection });
const images = process.argv.slice(2);

await pipeline("gallery", (run) =>
  run.stage("enqueue", { sink: { system: "bullmq", table: queueName } }, (stage) =>
    // The job carries the trace: the worker's run is a part of this one's.
    stage.each(images, (image) => {
      const options = { attempts: 3, backoff: { type: "fixed", delay: 100 } };
      return queue.add("resize", { image, widths: [320, 640, 1280] }, bullmq.inject(options));
    }),
  ),
);
await queue.close();
await telemetry.shutdown();
