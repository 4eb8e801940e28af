import { bootstrap } from "@sightglass/sdk/bootstrap";
import { filtered, pipeline } from "@sightglass/sdk";
import { http } from "@sightglass/sdk/carriers";
import { expectations } from "@sightglass/sdk/checks";
import { counter, histogram } from "@sightglass/sdk/metrics";
import { Pool } from "pg";

/** All customers of an HTTP API, page by page, into a table: new ones are added, known ones brought up to date. */

interface Customer {
  id: number;
  email: string;
  isTest: boolean;
}

const telemetry = bootstrap({ service: "customers-sync", metrics: { temporality: "delta" } });
const api = process.env.API_URL ?? "http://127.0.0.1:8080";
const database = new Pool({ connectionString: process.env.DATABASE_URL ?? "postgres://127.0.0.1:5432/postgres" });
const pageSeconds = histogram("customers_api_request_duration_seconds", { unit: "s" });
const synced = counter("customers_synced_total", { labels: { outcome: ["added", "updated"] } });

async function fetchPage(page: number): Promise<Customer[]> {
  const answer = await pageSeconds.time(() => fetch(`${api}/customers?page=${page}`, { headers: http.inject({}) }));
  if (!answer.ok)
    throw Object.assign(new Error(`page ${page}: HTTP ${answer.status}`), { code: `http_${answer.status}` });
  return (await answer.json()) as Customer[];
}

async function* pageNumbers(): AsyncGenerator<number> {
  const answer = await fetch(`${api}/customers/pages`, { headers: http.inject({}) });
  const { pages } = (await answer.json()) as { pages: number };
  for (let page = 1; page <= pages; page++) yield page;
}

await pipeline("customers", async (run) => {
  const customers: Customer[] = [];
  await run.stage("extract", { source: { system: "http", table: "customers" }, progress: true }, async (stage) => {
    // Four pages at a time; a page that fails is tried again, each attempt a span below the stage.
    const pages = stage.map(pageNumbers(), fetchPage, { concurrency: 4, retries: { retries: 3, delayMs: 200 } });
    for await (const page of pages) customers.push(...page);
  });

  await run.stage("load", { sink: { system: "postgresql", table: "customers" } }, async (stage) => {
    await database.query("CREATE TABLE IF NOT EXISTS customers (id bigint PRIMARY KEY, email text NOT NULL)");
    const quality = expectations<Customer>("customers", {
      unique: "id",
      columns: { email: { complete: true, pattern: /^[^@\s]+@[^@\s]+$/, valid: 0.9 } },
    });
    await stage.each(
      quality.watch(customers),
      async ({ id, email, isTest }) => {
        if (isTest) return filtered;
        const { rows } = await database.query<{ added: boolean }>(
          `INSERT INTO customers (id, email) VALUES ($1, $2)
           ON CONFLICT (id) DO UPDATE SET email = excluded.email RETURNING xmax = 0 AS added`,
          [id, email],
        );
        synced.add(1, { outcome: rows[0]?.added === true ? "added" : "updated" });
        return undefined;
      },
      { onFailed: "continue", failedMax: 100 },
    );
    quality.finish();
  });
});
await database.end();
await telemetry.shutdown();
