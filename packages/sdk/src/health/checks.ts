import type { Check } from "./probe.ts";

/** A database answers a query: a pool or client of pg or mysql2, or anything else that takes SQL text. */
export function databaseCheck(database: { query(sql: string): unknown }, sql = "select 1"): Check {
  return async () => {
    await database.query(sql);
  };
}

/** A cache answers a ping: a client of redis, ioredis or memcached. */
export function cacheCheck(cache: { ping(): unknown }): Check {
  return async () => {
    await cache.ping();
  };
}

/** Another service answers, with a status below 400. */
export function httpCheck(url: string): Check {
  return async (signal) => {
    const response = await fetch(url, { signal, redirect: "manual" });
    await response.body?.cancel();
    if (response.status >= 400) throw new Error(`${withoutSecrets(url)} answers HTTP ${response.status}`);
  };
}

/** A number, such as a queue's lag, is not over its limit. */
export function lagCheck(read: () => number | PromiseLike<number>, max: number): Check {
  return async () => {
    const lag = await read();
    if (!(lag <= max)) throw new Error(`the lag is ${lag}, the limit ${max}`);
  };
}

/** Reasons are shown to whoever asks: no password, no token in the query. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
