import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { fastify } from "fastify";
import { Hono } from "hono";
import { afterEach, describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { cacheCheck, databaseCheck, type Health, health, httpCheck, kafkaLag, lagCheck } from "./index.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const well = { status: "ok", parts: { database: { status: "ok" } } };
const ill = { status: "unavailable", parts: { database: { status: "unavailable", reason: "connection refused" } } };

const frameworks: [string, (checked: Health) => Promise<(path: string) => Promise<Response>>][] = [
  [
    "node:http",
    async (checked) => {
      const base = await serve((request, response) => checked.node(request, response));
      return (path) => fetch(base + path);
    },
  ],
  [
    "middleware of (request, response, next)",
    async (checked) => {
      const base = await serve((request, response) => {
        checked.node(request, response, () => void response.writeHead(404).end());
      });
      return (path) => fetch(base + path);
    },
  ],
  [
    "fastify",
    async (checked) => {
      const app = fastify();
      app.get("/health", checked.fastify);
      app.get("/health/*", checked.fastify);
      const base = await app.listen({ port: 0, host: "127.0.0.1" });
      closers.push(() => app.close());
      return (path) => fetch(base + path);
    },
  ],
  [
    "hono",
    async (checked) => {
      const app = new Hono();
      app.all("/health", (c) => checked.fetch(c.req.raw));
      app.all("/health/*", (c) => checked.fetch(c.req.raw));
      const listener = getRequestListener(app.fetch);
      const base = await serve((request, response) => void listener(request, response));
      return (path) => fetch(base + path);
    },
  ],
  [
    "a server of its own",
    async (checked) => {
      const server = await checked.listen();
      closers.push(() => server.close());
      return (path) => fetch(`http://127.0.0.1:${server.port}${path}`);
    },
  ],
];

describe.each(frameworks)("with %s", (_name, start) => {
  it("says how the process is", async () => {
    let isUp = true;
    const database = () => {
      if (!isUp) throw new Error("connection refused");
    };
    const get = await start(health({ checks: { database: { check: database, cacheMs: 0 } } }));
    for (const path of ["/health", "/health/ready", "/health/?verbose=1"]) {
      const response = await get(path);
      expect([response.status, await response.json()]).toEqual([200, well]);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("content-type")).toContain("application/json");
    }
    isUp = false;
    const response = await get("/health/ready");
    expect([response.status, await response.json()]).toEqual([503, ill]);
    expect((await get("/health/live")).status).toBe(200);
    expect((await get("/elsewhere")).status).toBe(404);
  });
});

describe("checks", () => {
  const statusOf = async (checked: Health, path = "/health") => {
    const answer = await checked.answer(path);
    return [answer?.statusCode, answer?.body.parts];
  };

  it.each([
    ["throws", () => Promise.reject(new Error("no")), "no"],
    ["throws what is no error", () => Promise.reject("text"), "text"],
    ["returns false", () => false, "the check said no"],
  ])("that %s is unavailable", async (_name, check, reason) => {
    const part = { status: "unavailable", reason };
    expect(await statusOf(health({ checks: { part: check } }))).toEqual([503, { part }]);
  });

  it("that does not answer is unavailable after its limit, and no timer stays", async () => {
    const clock = new ManualClock();
    const checked = health({ checks: { slow: { check: () => new Promise(() => {}), timeoutMs: 500 } } }, clock);
    const answer = statusOf(checked);
    await clock.advance(500);
    const slow = { status: "unavailable", reason: "no answer within 500 ms" };
    expect(await answer).toEqual([503, { slow }]);
    expect(clock.timerCount).toBe(0);
  });

  it("is not made for each probe", async () => {
    const clock = new ManualClock();
    let calls = 0;
    const checked = health({ checks: { part: () => void (calls += 1) } }, clock);
    await Promise.all([statusOf(checked), statusOf(checked), statusOf(checked, "/health/ready")]);
    expect(calls).toBe(1);
    await clock.advance(1000);
    await statusOf(checked);
    expect(calls).toBe(2);
  });

  it("that is not critical shows, but does not decide", async () => {
    const cache = { check: () => false, critical: false };
    const [status, parts] = await statusOf(health({ checks: { cache, database: () => true } }));
    expect(status).toBe(200);
    expect(parts).toMatchObject({ cache: { status: "unavailable" }, database: { status: "ok" } });
  });

  it("of liveness decide /health/live, and only that", async () => {
    const checked = health({ live: { loop: () => false } });
    expect((await checked.answer("/health/live"))?.statusCode).toBe(503);
    expect((await checked.answer("/health/ready"))?.statusCode).toBe(200);
  });

  it("that takes too long is told so, and the next one is made all the same", async () => {
    const clock = new ManualClock();
    const signals: AbortSignal[] = [];
    const check = (signal: AbortSignal) => {
      signals.push(signal);
      return signals.length === 1 ? new Promise(() => {}) : true;
    };
    const checked = health({ checks: { slow: { check, timeoutMs: 500, cacheMs: 0 } } }, clock);
    const first = statusOf(checked);
    await clock.advance(500);
    expect([(await first)[0], (await statusOf(checked))[0]]).toEqual([503, 200]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it("that never ends is begun a few times, and again when one has ended", async () => {
    const clock = new ManualClock();
    const ends: (() => void)[] = [];
    const check = () => new Promise<void>((resolve) => void ends.push(resolve));
    const checked = health({ checks: { stuck: { check, timeoutMs: 500, cacheMs: 0 } } }, clock);
    const reasonOf = async () => {
      const answer = checked.answer("/health");
      await clock.advance(500);
      return (await answer)?.body.parts["stuck"]?.reason;
    };
    for (let probe = 0; probe < 5; probe++) expect(await reasonOf()).toBe("no answer within 500 ms");
    expect(await reasonOf()).toBe("5 checks have not ended in spite of their signal");
    expect(ends).toHaveLength(5);
    ends[0]?.();
    await setImmediate();
    expect(await reasonOf()).toBe("no answer within 500 ms");
    expect(ends).toHaveLength(6);
  });

  it("of a database and of a cache", async () => {
    const asked: string[] = [];
    const database = { query: (sql: string) => void asked.push(sql) };
    const cache = { ping: () => Promise.reject(new Error("connect ECONNREFUSED")) };
    const checks = { database: databaseCheck(database), cache: cacheCheck(cache) };
    const ill = { status: "unavailable", reason: "connect ECONNREFUSED" };
    expect(await statusOf(health({ checks }))).toEqual([503, { database: { status: "ok" }, cache: ill }]);
    expect(asked).toEqual(["select 1"]);
  });

  it("of the lag of a Kafka group, also where it has committed nothing yet", async () => {
    const admin = {
      fetchTopicOffsets: async () => [
        { partition: 0, high: "100", low: "40" },
        { partition: 1, high: "100", low: "40" },
        { partition: 2, high: "9007199254740993", low: "0" },
      ],
      fetchOffsets: async () => [
        {
          partitions: [
            { partition: 0, offset: "90" },
            { partition: 1, offset: "-1" },
            { partition: 2, offset: "9007199254740993" },
          ],
        },
      ],
    };
    expect(await kafkaLag(admin, "group", "orders")()).toBe(10 + 60);
  });

  it("shows no secrets of the address", async () => {
    const base = await serve((_request, response) => void response.writeHead(401).end());
    const checks = { api: httpCheck(`${base}/health?token=secret`) };
    const api = { status: "unavailable", reason: `${base}/health answers HTTP 401` };
    expect(await statusOf(health({ checks }))).toEqual([503, { api }]);
  });

  it("of another service and of lag", async () => {
    let status = 204;
    const base = await serve((_request, response) => void response.writeHead(status).end());
    const checks = { api: { check: httpCheck(base), cacheMs: 0 }, lag: lagCheck(() => 12, 10) };
    const lag = { status: "unavailable", reason: "the lag is 12, the limit 10" };
    expect(await statusOf(health({ checks }))).toEqual([503, { api: { status: "ok" }, lag }]);
    status = 500;
    const api = { status: "unavailable", reason: `${base}/ answers HTTP 500` };
    expect(await statusOf(health({ checks: { api: checks.api } }))).toEqual([503, { api }]);
  });
});

it("answers below a path of your own", async () => {
  const checked = health({ path: "/internal/health/" });
  for (const path of ["/internal/health", "/internal/health/ready", "/internal/health/live/?x"])
    expect((await checked.answer(path))?.statusCode).toBe(200);
  for (const path of ["/health", "/", "/internal/health/other", "/internal/healthy"])
    expect(await checked.answer(path)).toBeUndefined();
});

it("is not ready from drain on, but alive", async () => {
  const checked = health({ checks: { database: () => true } });
  checked.drain("SIGTERM");
  expect(await checked.answer("/health/ready")).toEqual({
    statusCode: 503,
    body: {
      status: "unavailable",
      parts: { database: { status: "ok" }, shutdown: { status: "unavailable", reason: "SIGTERM" } },
    },
  });
  expect((await checked.answer("/health/live"))?.statusCode).toBe(200);
});
