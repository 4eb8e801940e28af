import type { StatusResponse, TableStatus } from "sightglass/contract";

/** A healthy server, some days old. */
export function serverStatus(nowMs: number, startedMs: number): StatusResponse {
  const growth = Math.floor((nowMs - startedMs) / 10);
  const spansStored = 4_812_300 + growth;
  return {
    version: "0.1.0",
    startedAt: new Date(startedMs).toISOString(),
    now: new Date(nowMs).toISOString(),
    dataDir: "/var/lib/sightglass",
    engine: { kind: "embedded", version: "26.7.1.1", state: "up", lastError: null },
    ledger: {
      spans: { received: spansStored + 41 + 1_280, refused: 41, spooled: 1_280, stored: spansStored },
      logs: { received: 1_204_100 + 312, refused: 0, spooled: 312, stored: 1_204_100 },
      samples: { received: 88_310_400 + 2_400, refused: 0, spooled: 2_400, stored: 88_310_400 },
    },
    spool: { bytes: 412_000, bytesMax: 4_294_967_296, segments: 2, lagMs: 640, quarantined: 0, state: "ok" },
    storage: {
      bytes: 96_400_000,
      diskFreeBytes: 212_000_000_000,
      tables: [
        table("spans", spansStored, 81_000_000, nowMs, 30),
        table("logs", 1_204_100, 12_300_000, nowMs, 14),
        table("runs", 5_210, 2_100_000, nowMs, 0),
      ],
    },
    receivers: [
      {
        protocol: "otlp-grpc",
        address: "127.0.0.1:4317",
        requests: 18_204,
        refused: 2,
        refusals: { unauthenticated: 2 },
      },
      {
        protocol: "otlp-http",
        address: "127.0.0.1:4318",
        requests: 9_411,
        refused: 1,
        refusals: { body_too_large: 1 },
      },
    ],
    process: { residentBytes: 402_000_000, heapBytes: 61_000_000, eventLoopLagMs: 1.4, uptimeMs: nowMs - startedMs },
    fold: { lagMs: 210, dirtyTraces: 1 },
    cardinality: { seriesPerMetricMax: 100_000, overflows: [] },
  };
}

function table(name: string, rows: number, bytes: number, nowMs: number, days: number): TableStatus {
  return {
    table: name,
    rows,
    bytes,
    parts: 18,
    oldestAt: new Date(nowMs - 20 * 86_400_000).toISOString(),
    newestAt: new Date(nowMs - 400).toISOString(),
    ageMaxMs: days * 86_400_000,
    bytesMax: name === "spans" ? 50_000_000_000 : 0,
  };
}
