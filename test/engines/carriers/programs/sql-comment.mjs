import { sqlComment } from "@sightglass/sdk/carriers";
import { connected, table } from "./postgresql.mjs";

export async function produce() {
  const client = await connected();
  await client.query(sqlComment.inject(`create table ${table} (id int);`));
  await client.end();
}

/** The statement as the server's own log has it. */
export async function consume() {
  const client = await connected();
  const { rows } = await client.query("select pg_read_file(pg_current_logfile()) as log");
  await client.end();
  const line = rows[0].log.split("\n").find((one) => one.includes(`create table ${table}`));
  return sqlComment.extract(line);
}
