import pg from "pg";

export async function connected() {
  const client = new pg.Client({ connectionString: process.env.POSTGRESQL_URL });
  await client.connect();
  return client;
}

/** What both sides call the table, quoted. */
export const table = pg.escapeIdentifier(process.env.NAME);
