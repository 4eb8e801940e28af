import { payload } from "@sightglass/sdk/carriers";
import { Redis } from "ioredis";

const client = new Redis(process.env.REDIS_URL);
const { NAME: list } = process.env;

export const produce = () => client.lpush(list, JSON.stringify(payload.inject({ id: 1 })));

export async function consume() {
  const [, job] = await client.brpop(list, 10);
  return payload.extract(job);
}
