import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { family, MetricsRegistry, openMetricsText, prometheusText } from "./metrics.ts";
import { statusMetrics, type StatusMetricsInput } from "./server-metrics.ts";

const counts = { received: 5, refused: 1, spooled: 1, stored: 3 };
const status: StatusMetricsInput = {
  version: "0.1.0",
  startedAt: "2026-11-20T03:00:00.000Z",
  engine: { kind: "embedded", version: "26.7", state: "up", lastError: null },
  ledger: { spans: counts, logs: { ...counts, received: 9_007_199_254_740_991 }, samples: counts },
  spool: { bytes: 1, bytesMax: 2, segments: 3, lagMs: 1500, quarantined: 0, state: "full" },
  storage: {
    bytes: 10,
    diskFreeBytes: 20,
    tables: [{ table: "spans", rows: 1, bytes: 2, parts: 3, oldestAt: null, newestAt: null, ageMaxMs: 0, bytesMax: 0 }],
  },
  receivers: [
    { protocol: "otlp-http", address: "127.0.0.1:4318", requests: 7, refused: 2, refusals: { invalid_argument: 2 } },
  ],
  process: { residentBytes: 1, heapBytes: 2, eventLoopLagMs: 3, uptimeMs: 4 },
  fold: { lagMs: 250, dirtyTraces: 2 },
  cpuSeconds: 1.5,
};

async function serverMetrics() {
  const registry = new MetricsRegistry();
  registry.register(() => statusMetrics(status));
  const durations = registry.histogram("sightglass_query_duration_seconds", "Time of a statement.", [0.01, 0.1]);
  durations.observe({ operation: "query", outcome: "ok" }, 0.05);
  durations.observe({ operation: "query", outcome: "ok" }, 0.1);
  durations.observe({ operation: "query", outcome: "ok" }, 3);
  registry.counter("sightglass_odd_total", 'Help with \\ and\na "line".').add({ path: 'a"b\\c\nd' }, 2);
  return registry.collect();
}

describe("our own metrics", () => {
  it("writes families with help, type and every label", async () => {
    const text = prometheusText(await serverMetrics());
    const lines = text.split("\n");
    expect(lines).toContain('sightglass_items_received_total{signal="spans"} 5');
    expect(lines).toContain('sightglass_items_received_total{signal="logs"} 9007199254740991');
    expect(lines).toContain("sightglass_spool_lag_seconds 1.5");
    expect(lines).toContain('sightglass_spool_state{state="full"} 1');
    expect(lines).toContain('sightglass_spool_state{state="ok"} 0');
    expect(lines).toContain(
      'sightglass_receiver_refused_requests_total{protocol="otlp-http",address="127.0.0.1:4318",code="invalid_argument"} 2',
    );
    expect(text).toContain(`# HELP sightglass_query_duration_seconds Time of a statement.
# TYPE sightglass_query_duration_seconds histogram
sightglass_query_duration_seconds_bucket{operation="query",outcome="ok",le="0.01"} 0
sightglass_query_duration_seconds_bucket{operation="query",outcome="ok",le="0.1"} 2
sightglass_query_duration_seconds_bucket{operation="query",outcome="ok",le="+Inf"} 3
sightglass_query_duration_seconds_sum{operation="query",outcome="ok"} 3.15
sightglass_query_duration_seconds_count{operation="query",outcome="ok"} 3
`);
    expect(text).toContain(String.raw`# HELP sightglass_odd_total Help with \\ and\na "line".`);
    expect(text).toContain(String.raw`sightglass_odd_total{path="a\"b\\c\nd"} 2`);
  });

  it("writes OpenMetrics with a counter's family name and an end", async () => {
    const text = openMetricsText(await serverMetrics());
    expect(text).toContain("# TYPE sightglass_items_received counter\nsightglass_items_received_total{");
    expect(text.endsWith("\n# EOF\n")).toBe(true);
  });

  it("leaves out a part that fails, and counts it", async () => {
    const registry = new MetricsRegistry();
    registry.register(() => Promise.reject(new Error("down")));
    registry.register(() => [family("gauge", "up", "Up.", Number.POSITIVE_INFINITY)]);
    const text = prometheusText(await registry.collect());
    expect(text).toContain("sightglass_metrics_collect_failures_total 1\n");
    expect(text).toContain("up +Inf\n");
  });

  const hasPromtool = spawnSync("promtool", ["--version"]).error === undefined;
  it.skipIf(!hasPromtool)("passes promtool check metrics", async () => {
    const { status: code, stderr } = spawnSync("promtool", ["check", "metrics"], {
      input: prometheusText(await serverMetrics()),
      encoding: "utf8",
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});
