import { describe, expect, it } from "vitest";
import type { HealthResponse, StatusResponse } from "../contract.ts";
import { healthRoutes } from "./health.ts";
import { createStatusReader, statusRoutes, type StatusSources } from "./status.ts";

const counts = { received: 2, refused: 0, spooled: 1, stored: 1 };
const sources: StatusSources = {
  version: "0.1.0",
  startedAtMs: Date.parse("2026-11-20T03:00:00Z"),
  dataDir: "data",
  nowMs: () => Date.parse("2026-11-20T03:01:00Z"),
  engine: () => Promise.resolve({ kind: "embedded", version: "26.7" }),
  ledger: () => Promise.resolve({ spans: counts, logs: counts, samples: counts }),
  storage: () => Promise.resolve({ bytes: 1, diskFreeBytes: 2, tables: [] }),
  spool: () => ({ bytes: 0, bytesMax: 1, segments: 0, lagMs: 0, quarantined: 0, state: "ok" }),
  receivers: () => [],
  process: () => ({ residentBytes: 1, heapBytes: 1, eventLoopLagMs: 0, uptimeMs: 60_000 }),
  fold: () => ({ lagMs: 0, dirtyTraces: 0 }),
  cardinality: () => ({
    seriesPerMetricMax: 100,
    overflows: [{ metric: "requests_total", series: 3, samples: 9, label: "path", labelValues: 3 }],
  }),
};

describe("status", () => {
  it("gathers what the parts say", async () => {
    expect(await createStatusReader(sources)()).toMatchObject({
      version: "0.1.0",
      startedAt: "2026-11-20T03:00:00.000Z",
      now: "2026-11-20T03:01:00.000Z",
      engine: { kind: "embedded", version: "26.7", state: "up", lastError: null },
      ledger: { spans: counts },
      cardinality: { seriesPerMetricMax: 100, overflows: [{ metric: "requests_total", label: "path" }] },
    });
  });

  it("answers while the store is down, with what was known", async () => {
    let isDown = false;
    const down =
      <Value>(read: () => Promise<Value>) =>
      () =>
        isDown ? Promise.reject(new Error("no engine")) : read();
    const read = createStatusReader({ ...sources, engine: down(sources.engine), ledger: down(sources.ledger) });
    await read();
    isDown = true;
    expect(await read()).toMatchObject({
      engine: { version: "26.7", state: "down", lastError: "no engine" },
      ledger: { spans: counts },
    });
  });

  it("serves metrics in the form that was asked for", async () => {
    const app = statusRoutes({
      status: createStatusReader(sources) satisfies () => Promise<StatusResponse>,
      metrics: (format) => Promise.resolve(`# ${format}\n`),
    });
    const plain = await app.request("/metrics");
    expect([plain.headers.get("content-type"), await plain.text()]).toEqual([
      "text/plain; version=0.0.4; charset=utf-8",
      "# prometheus\n",
    ]);
    const open = await app.request("/metrics", {
      headers: { accept: "application/openmetrics-text;version=1.0.0,*/*" },
    });
    expect([open.headers.get("content-type"), await open.text()]).toEqual([
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
      "# openmetrics\n",
    ]);
  });

  it("says health by status code too", async () => {
    const answer: HealthResponse = {
      status: "unavailable",
      parts: { spool: { status: "unavailable", reason: "full" } },
    };
    const asked: string[] = [];
    const app = healthRoutes({ health: (question) => (asked.push(question), Promise.resolve(answer)) });
    expect((await app.request("/health")).status).toBe(503);
    expect(await (await app.request("/health/ready")).json()).toEqual(answer);
    await app.request("/health/live");
    expect(asked).toEqual(["all", "ready", "live"]);
  });
});
