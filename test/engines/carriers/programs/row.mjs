import { row } from "@sightglass/sdk/carriers";
import { connected, table } from "./postgresql.mjs";

const orders = [{ id: 1 }, { id: 2 }];

export async function produce() {
  const client = await connected();
  await client.query(`create table if not exists ${table} (id int, trace_context text)`);
  for (const { id, trace_context } of orders.map(row.inject))
    await client.query(`insert into ${table} values ($1, $2)`, [id, trace_context]);
  await client.end();
}

export const consume = async () => row.extract((await rows())[0]);

export async function gather() {
  const batch = await rows();
  return { links: row.links(batch), rows: batch.length };
}

async function rows() {
  const client = await connected();
  const { rows } = await client.query(`select * from ${table}`);
  await client.end();
  return rows;
}
