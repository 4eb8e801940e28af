import { bullmq } from "@sightglass/sdk/carriers";
import { Queue, Worker } from "bullmq";

const { REDIS_URL, NAME: name } = process.env;
const connection = { url: REDIS_URL, maxRetriesPerRequest: null };

export async function produce() {
  const queue = new Queue(name, { connection });
  await queue.add("load", { id: 1 }, bullmq.inject({ attempts: 3 }));
  await queue.close();
}

export async function consume() {
  const job = await new Promise((resolve) => {
    new Worker(name, (taken) => Promise.resolve(resolve(taken)), { connection });
  });
  return bullmq.extract(job);
}
