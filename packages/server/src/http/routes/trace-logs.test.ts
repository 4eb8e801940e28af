import { afterAll, beforeAll, expect, it } from "vitest";
import type { Hono } from "hono";
import { systemClock } from "../../model/clock.ts";
import { insertSpans, openTemporaryStore } from "../../query/testing/stored-spans.ts";
import { createTraceQueries } from "../../query/trace-queries.ts";
import type { Store } from "../../store/store.ts";
import { createApp } from "../app.ts";
import type { LogsResponse } from "../contract.ts";
import { traceRoutes } from "./traces.ts";

const traceId = "0123456789abcdef0123456789abcdef";
const spanId = "00000000000000a1";
const startNs = 1_763_632_361_000_000_000n;

let store: Store;
let remove: () => Promise<void>;
let app: Hono;
beforeAll(async () => {
  ({ store, remove } = await openTemporaryStore());
  await insertSpans(store, [{ traceId, spanId, name: "load", startNs, durationNs: 2_000_000_000n }]);
  await insertLog({ body: "second", span: spanId, afterMs: 2 });
  await insertLog({ body: "first", span: spanId, afterMs: 1 });
  await insertLog({ body: "of another span", span: "00000000000000a2", afterMs: 3 });
  await insertLog({ body: "an announcement", span: spanId, afterMs: 1, isPipeline: true });
  await insertLog({ body: "of another trace", span: spanId, afterMs: 1, trace: "f".repeat(32) });
  app = createApp({ routes: [traceRoutes({ traces: createTraceQueries({ store }), clock: systemClock })] });
});
afterAll(() => remove());

function insertLog(log: { body: string; span: string; afterMs: number; trace?: string; isPipeline?: boolean }) {
  const timeMs = Number(startNs / 1_000_000n) + log.afterMs;
  return store.execute(`
    INSERT INTO logs (received_at, time, trace_id, span_id, severity_number, severity_text, body, service, is_pipeline)
    SELECT fromUnixTimestamp64Milli(${timeMs}, 'UTC'), fromUnixTimestamp64Milli(${timeMs}, 'UTC'),
      unhex('${log.trace ?? traceId}'), unhex('${log.span}'), 9, 'INFO', '${log.body}', 'flights', ${log.isPipeline === true}`);
}

const get = async (path: string) => {
  const answer = await app.request(path);
  return { status: answer.status, body: (await answer.json()) as LogsResponse };
};
const bodies = async (path: string) => (await get(path)).body.logs.map(({ body }) => body);

it("answers the log records of a trace, oldest first, without announcements", async () => {
  expect(await bodies(`/api/traces/${traceId}/logs`)).toEqual(["first", "second", "of another span"]);
});

it("answers those of one span", async () => {
  expect(await bodies(`/api/traces/${traceId}/logs?span=${spanId}`)).toEqual(["first", "second"]);
  expect(await bodies(`/api/traces/${traceId}/logs?span=00000000000000ff`)).toEqual([]);
});

it("goes on page by page", async () => {
  const first = await get(`/api/traces/${traceId}/logs?limit=2`);
  expect(first.body.logs.map(({ body }) => body)).toEqual(["first", "second"]);
  const next = encodeURIComponent(first.body.next ?? "");
  expect(await bodies(`/api/traces/${traceId}/logs?limit=2&cursor=${next}`)).toEqual(["of another span"]);
});

it("refuses what it does not know", async () => {
  expect((await get(`/api/traces/${"e".repeat(32)}/logs`)).status).toBe(404);
  expect((await get(`/api/traces/${traceId}/logs?span=nope`)).status).toBe(400);
  expect((await get(`/api/traces/${traceId}/logs?stage=load`)).status).toBe(400);
});
