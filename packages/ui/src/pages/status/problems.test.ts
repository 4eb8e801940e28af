import type { StatusResponse } from "sightglass/contract";
import { describe, expect, it } from "vitest";
import { ledgerDifference, LedgerWatch, settleMs } from "./ledger-check.ts";
import { findProblems } from "./problems.ts";

const well: StatusResponse = {
  version: "0.1.0",
  startedAt: "2026-11-20T10:00:00Z",
  now: "2026-11-20T11:00:00Z",
  dataDir: "data",
  engine: { kind: "embedded", version: "26.7", state: "up", lastError: null },
  ledger: {
    spans: { received: 110, stored: 100, refused: 4, spooled: 6 },
    logs: { received: 0, stored: 0, refused: 0, spooled: 0 },
    samples: { received: 0, stored: 0, refused: 0, spooled: 0 },
  },
  spool: { bytes: 100, bytesMax: 1000, segments: 1, lagMs: 300, quarantined: 0, state: "ok" },
  storage: { bytes: 5000, diskFreeBytes: 50e9, tables: [] },
  receivers: [
    { protocol: "OTLP/HTTP", address: "127.0.0.1:4318", requests: 1000, refused: 3, refusals: { not_found: 3 } },
  ],
  process: { residentBytes: 1, heapBytes: 1, eventLoopLagMs: 2, uptimeMs: 1 },
  fold: { lagMs: 100, dirtyTraces: 0 },
  cardinality: { seriesPerMetricMax: 100_000, overflows: [] },
};

const balanced = { spans: "balances", logs: "balances" } as const;

const cases: { name: string; change: Partial<StatusResponse>; found: string[] }[] = [
  { name: "a healthy server", change: {}, found: [] },
  {
    name: "an engine that is down, before all warnings",
    change: {
      engine: { ...well.engine, state: "down", lastError: "no space" },
      fold: { lagMs: 90_000, dirtyTraces: 4 },
    },
    found: ["failed: The engine is down", "warning: Runs are 1 min 30 s behind"],
  },
  {
    name: "a metric with too many series today, but not one of yesterday",
    change: {
      cardinality: {
        seriesPerMetricMax: 100_000,
        overflows: [
          { metric: "http_requests_total", series: 1_204, samples: 9_000, label: "path", labelValues: 1_200 },
          { metric: "queue_depth", series: 0, samples: 40, label: "", labelValues: 0 },
        ],
      },
    },
    found: ["warning: http_requests_total has too many series"],
  },
  {
    name: "a full spool, once",
    change: { spool: { ...well.spool, bytes: 1000, lagMs: 99_000, state: "full" } },
    found: ["failed: The spool is full: senders are refused"],
  },
  {
    name: "a read-only spool",
    change: { spool: { ...well.spool, state: "read-only" } },
    found: ["failed: The spool cannot be written: senders are refused"],
  },
  {
    name: "quarantine",
    change: { spool: { ...well.spool, quarantined: 1 } },
    found: ["failed: 1 segment is set aside in quarantine"],
  },
  {
    name: "a spool that fills up",
    change: { spool: { ...well.spool, bytes: 501 } },
    found: ["warning: The spool fills up"],
  },
  {
    name: "a store that is behind",
    change: { spool: { ...well.spool, lagMs: 45_000 } },
    found: ["warning: Storing is 45 s behind"],
  },
  {
    name: "nothing while it drains",
    change: { spool: { ...well.spool, state: "draining", lagMs: 45_000 } },
    found: [],
  },
  {
    name: "a disk that runs out",
    change: { storage: { ...well.storage, diskFreeBytes: 1e9 } },
    found: ["warning: 1 GB left on the disk"],
  },
  {
    name: "a disk that ran out",
    change: { storage: { ...well.storage, diskFreeBytes: 1e6 } },
    found: ["failed: 1 MB left on the disk"],
  },
  {
    name: "a receiver that refuses more than one in a hundred",
    change: {
      receivers: [
        {
          protocol: "OTLP/gRPC",
          address: "",
          requests: 100,
          refused: 5,
          refusals: { not_found: 1, unauthenticated: 4 },
        },
      ],
    },
    found: ["warning: OTLP/gRPC refuses 5 of 100 requests"],
  },
  {
    name: "a process that stalls",
    change: { process: { ...well.process, eventLoopLagMs: 800 } },
    found: ["warning: The process stalls for 800 ms"],
  },
];

describe("findProblems", () => {
  it.each(cases)("names $name", ({ change, found }) => {
    const problems = findProblems({ ...well, ...change }, balanced);
    expect(problems.map(({ severity, title }) => `${severity}: ${title}`)).toEqual(found);
    for (const { detail, action } of problems) expect(detail !== "" && action !== "").toBe(true);
  });

  it("names what is missing from the ledger, and what is counted twice", () => {
    const ledger = {
      spans: { received: 110, stored: 90, refused: 4, spooled: 6 },
      logs: { received: 10, stored: 12, refused: 0, spooled: 0 },
      samples: { received: 0, stored: 0, refused: 0, spooled: 0 },
    };
    const titles = findProblems({ ...well, ledger }, { spans: "off", logs: "off" }).map(({ title }) => title);
    expect(titles).toEqual(["10 spans are missing", "2 logs too many are stored"]);
    expect(findProblems({ ...well, ledger }, { spans: "settling", logs: "balances" })).toEqual([]);
  });

  it("explains the commonest refusal", () => {
    const receivers = [
      { protocol: "OTLP/gRPC", address: "", requests: 10, refused: 5, refusals: { not_found: 1, unauthenticated: 4 } },
    ];
    expect(findProblems({ ...well, receivers }, balanced)[0]?.action).toContain("OTEL_EXPORTER_OTLP_HEADERS");
  });
});

describe("LedgerWatch", () => {
  const off = { received: 10, stored: 9, refused: 0, spooled: 0 };

  it("gives data on the move time to settle", () => {
    const watch = new LedgerWatch();
    expect(ledgerDifference(off)).toBe(1);
    expect(watch.judge("spans", off, 0)).toBe("settling");
    expect(watch.judge("spans", off, settleMs - 1)).toBe("settling");
    expect(watch.judge("spans", off, settleMs)).toBe("off");
    expect(watch.judge("logs", off, settleMs)).toBe("settling");
  });

  it("begins anew once it has balanced", () => {
    const watch = new LedgerWatch();
    watch.judge("spans", off, 0);
    expect(watch.judge("spans", { ...off, spooled: 1 }, 5_000)).toBe("balances");
    expect(watch.judge("spans", off, settleMs)).toBe("settling");
  });
});
