import { describe, expect, it } from "vitest";
import { QueryUnits } from "./query-unit.ts";

describe("units of queries", () => {
  it.each<[query: string, unit: string]>([
    ["process_resident_memory_bytes", "bytes"],
    ["sum by (job) (process_resident_memory_bytes)", "bytes"],
    ["max_over_time(queue_age_seconds[1h])", "seconds"],
    ["rate(http_requests_total[5m])", "number/s"],
    ["sum(rate(node_network_receive_bytes_total[5m]))", "bytes/s"],
    ["increase(pipeline_records_total[1h])", "number"],
    ["histogram_quantile(0.95, sum by (le) (rate(pipeline_run_duration_seconds_bucket[5m])))", "seconds"],
    ["histogram_quantile(0.95, rate(rpc_duration_seconds[5m]))", "seconds"],
    ["sum by (le) (rate(http_request_duration_seconds_bucket[5m]))", "number/s"],
    ["rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])", "seconds"],
    ["sum(rate(a_total[5m])) / sum(rate(b_total[5m]))", "number"],
    ["time() - pipeline_last_success_timestamp_seconds", "seconds"],
    ["pipeline_last_success_timestamp_seconds", "timestamp"],
    ["process_start_time_seconds", "timestamp"],
    ["process_cpu_seconds_total", "seconds"],
    ["memory_bytes > 100", "bytes"],
    ["memory_bytes > bool 100", "number"],
    ["memory_bytes / 1024", "number"],
    ["count(memory_bytes)", "number"],
    ["topk(3, disk_used_ratio)", "ratio"],
    ['{__name__="heap_bytes"}', "bytes"],
    ["up ==", "number"],
  ])("%s: %s", (query, unit) => {
    const { of, isPerSecond } = new QueryUnits().ofQuery(query);
    expect(`${of}${isPerSecond ? "/s" : ""}`).toBe(unit);
  });
});

describe("units that a metric was told to have", () => {
  const told: Record<string, string> = {
    "http.server.duration": "milliseconds",
    "queue.size": "bytes",
    up_bytes: "seconds",
  };
  const units = new QueryUnits((metric) => told[metric]);
  it.each([
    ['{"queue.size"}', "bytes"],
    ['rate({"http.server.duration_sum"}[5m]) / rate({"http.server.duration_count"}[5m])', "milliseconds"],
    ['{"http.server.duration_count"}', "number"],
    ['histogram_quantile(0.9, sum by (le) (rate({"http.server.duration_bucket"}[5m])))', "milliseconds"],
    // What the name says stands.
    ["up_bytes", "bytes"],
    ["other", "number"],
  ])("%s: %s", (query, unit) => expect(units.ofQuery(query).of).toBe(unit));
});
