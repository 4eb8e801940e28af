/** A service that needs a database (POSTGRESQL_URL) and a cache (REDIS_URL); prints the port of its health. */
import { cacheCheck, databaseCheck, health } from "@sightglass/sdk/health";
import { Redis } from "ioredis";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.POSTGRESQL_URL });
const cache = new Redis(process.env.REDIS_URL, { maxRetriesPerRequest: 0 });
// Both clients tell of lost connections by themselves as well.
pool.on("error", () => {});
cache.on("error", () => {});
const options = { cacheMs: 0, timeoutMs: 20_000 };
const checked = health({
  checks: {
    database: { check: databaseCheck(pool), ...options },
    cache: { check: cacheCheck(cache), ...options },
  },
});
const server = await checked.listen();
console.log(`port ${server.port}.`);
