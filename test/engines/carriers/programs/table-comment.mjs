import { sqlComment } from "@sightglass/sdk/carriers";
import pg from "pg";
import { connected, table } from "./postgresql.mjs";

export async function produce() {
  const client = await connected();
  await client.query(`create table ${table} (id int)`);
  const comment = sqlComment.inject("Orders; one row each");
  await client.query(`comment on table ${table} is ${pg.escapeLiteral(comment)}`);
  await client.end();
}

export async function consume() {
  const client = await connected();
  const { rows } = await client.query("select obj_description($1::regclass) as comment", [table]);
  await client.end();
  return sqlComment.extract(rows[0].comment);
}
