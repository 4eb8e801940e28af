import { limits } from "../../model/limits.ts";

/** `/api/v1/features`: what of Prometheus' features is on, by the names that Prometheus has for them. */
export const features: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  api: {
    admin: false,
    exclude_alerts: true,
    label_values_match: true,
    lifecycle: true,
    otlp_write_receiver: true,
    query_stats: true,
    query_warnings: true,
    remote_write_receiver: true,
    search: false,
    time_range_labels: true,
    time_range_series: true,
  },
  otlp_receiver: { delta_conversion: true, native_delta_ingestion: false },
  prometheus: { agent_mode: false, auto_reload_config: false, server_mode: true },
  promql: {
    anchored: true,
    at_modifier: true,
    delayed_name_removal: false,
    duration_expr: true,
    fill: true,
    negative_offset: true,
    per_query_lookback_delta: true,
    per_step_stats: false,
    smoothed: true,
    subqueries: true,
    type_and_unit_labels: false,
  },
  rules: { concurrent_rule_eval: false, keep_firing_for: false, query_offset: true },
  scrape: { extra_scrape_metrics: true, start_timestamp_zero_ingestion: true, type_and_unit_labels: false },
  tsdb: { exemplar_storage: true, native_histograms: true },
};

/** `/api/v1/status/flags`: Prometheus' flags, as far as they have a counterpart here. */
export const flags: Readonly<Record<string, string>> = {
  "query.lookback-delta": "5m",
  "query.max-samples": String(limits.metricSamplesMax.value),
  "query.timeout": `${limits.metricQueryTimeoutMs.value / 1000}s`,
  "enable-feature": "promql-experimental-functions,promql-duration-expr,promql-extended-range-selectors",
  "web.enable-lifecycle": "true",
  "web.enable-otlp-receiver": "true",
  "web.enable-remote-write-receiver": "true",
};
