import { describe, expect, it } from "vitest";
import { unitOfQuery } from "./query-unit.ts";

describe("unitOfQuery", () => {
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
    const { of, isPerSecond } = unitOfQuery(query);
    expect(`${of}${isPerSecond ? "/s" : ""}`).toBe(unit);
  });
});
