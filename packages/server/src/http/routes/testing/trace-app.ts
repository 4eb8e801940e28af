import type { Hono } from "hono";
import type { Clock } from "../../../model/clock.ts";
import { fullTrace, fullTraceStartNs } from "../../../query/testing/full-trace.ts";
import { insertSpans, openTemporaryStore } from "../../../query/testing/stored-spans.ts";
import { createTraceQueries } from "../../../query/trace-queries.ts";
import { createApp } from "../../app.ts";
import { jaegerRoutes } from "../jaeger.ts";
import { tempoRoutes } from "../tempo.ts";
import { traceRoutes } from "../traces.ts";

const clock: Clock = {
  nowMs: () => Number(fullTraceStartNs / 1_000_000n) + 60_000,
  monotonicMs: () => 0,
  after: () => () => {},
};

/** A trace of one span, whose parent is not stored and whose end lies before its start. */
export const orphanTraceId = "00000000000000000000000000000abc";

export interface TraceApp {
  app: Hono;
  get: (path: string) => Promise<{ status: number; body: unknown }>;
  close: () => Promise<void>;
}

/** Every trace API over a store that holds the full trace and the orphan, a minute after the full trace began. */
export async function openTraceApp(): Promise<TraceApp> {
  const { store, remove } = await openTemporaryStore();
  await insertSpans(store, [
    ...fullTrace,
    {
      traceId: orphanTraceId,
      spanId: "00000000000000c1",
      parentSpanId: "00000000000000ff",
      name: "orphan",
      service: "flights",
      startNs: fullTraceStartNs - 1_000_000_000n,
      durationNs: -5n,
    },
  ]);
  const deps = { traces: createTraceQueries({ store }), clock };
  const app = createApp({ routes: [traceRoutes(deps), jaegerRoutes(deps), tempoRoutes({ ...deps, version: "0" })] });
  const get = async (path: string) => {
    const answer = await app.request(path);
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    const body: unknown = isJson ? await answer.json() : await answer.text();
    return { status: answer.status, body };
  };
  return { app, get, close: remove };
}
