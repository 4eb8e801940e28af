import { once } from "node:events";
import { notify } from "@sightglass/sdk/carriers";
import { connected, table } from "./postgresql.mjs";

export async function produce() {
  const client = await connected();
  await client.query("select pg_notify($1, $2)", [process.env.NAME, notify.inject({ id: 1 })]);
  await client.end();
}

export async function consume(ready) {
  const client = await connected();
  await client.query(`listen ${table}`);
  ready();
  const [message] = await once(client, "notification");
  await client.end();
  return notify.extract(message);
}
