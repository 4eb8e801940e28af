import type { Store } from "../store/store.ts";

/** A derived metric as docs/reference/derived-series.md lists it. */
export interface DerivedMetric {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly unit: string;
  readonly help: string;
  /** Label keys besides a histogram's `le`. */
  readonly labels: readonly string[];
}

const pipeline = ["pipeline"] as const;
const overflow = "otel_metric_overflow";
const span = ["span_name", "span_kind", "status_code", overflow] as const;
const call = ["client", "server", "connection_type", overflow] as const;

/** Every derived metric. Label keys are fixed: others never appear. */
export const derivedMetrics: readonly DerivedMetric[] = [
  {
    name: "pipeline_runs_total",
    type: "counter",
    unit: "",
    help: "Runs that came to a final status. A run counts once for each status that it came to.",
    labels: [...pipeline, "status", overflow],
  },
  {
    name: "pipeline_runs_corrected_total",
    type: "counter",
    unit: "",
    help: "Runs counted under this status that later came to another one, as a lost run that was heard of again.",
    labels: [...pipeline, "status", overflow],
  },
  {
    name: "pipeline_backfill_runs_total",
    type: "counter",
    unit: "",
    help: "The runs in pipeline_runs_total that were backfills.",
    labels: [...pipeline, "status", overflow],
  },
  {
    name: "pipeline_run_duration_seconds",
    type: "histogram",
    unit: "seconds",
    help: "From the start of a run to its end. Backfills and skipped runs are left out.",
    labels: [...pipeline, "status", overflow],
  },
  {
    name: "pipeline_stage_duration_seconds",
    type: "histogram",
    unit: "seconds",
    help: "From the start of a stage to its end. Stages of backfills and skipped stages are left out.",
    labels: [...pipeline, "stage", overflow],
  },
  {
    name: "pipeline_records_total",
    type: "counter",
    unit: "",
    help: "Rows that stages counted, while they run too. Backfills are left out.",
    labels: [...pipeline, "stage", "direction", overflow],
  },
  {
    name: "pipeline_last_success_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    help: "When the newest successful run ended, seconds since 1970. Backfills never refresh it.",
    labels: pipeline,
  },
  { name: "pipeline_runs_active", type: "gauge", unit: "", help: "Runs that are running.", labels: pipeline },
  {
    name: "traces_spanmetrics_calls_total",
    type: "counter",
    unit: "",
    help: "Spans, by Tempo's name.",
    labels: ["service", ...span],
  },
  {
    name: "traces_spanmetrics_latency",
    type: "histogram",
    unit: "seconds",
    help: "Durations of spans, by Tempo's name.",
    labels: ["service", ...span],
  },
  {
    name: "traces_spanmetrics_duration_milliseconds",
    type: "histogram",
    unit: "milliseconds",
    help: "Durations of spans.",
    labels: ["service", ...span],
  },
  {
    name: "traces_span_metrics_calls_total",
    type: "counter",
    unit: "",
    help: "Spans, by the name of the Collector's span metrics connector.",
    labels: ["service_name", ...span],
  },
  {
    name: "traces_span_metrics_duration_milliseconds",
    type: "histogram",
    unit: "milliseconds",
    help: "Durations of spans, by the name of the Collector's span metrics connector.",
    labels: ["service_name", ...span],
  },
  {
    name: "traces_service_graph_request_total",
    type: "counter",
    unit: "",
    help: "Calls from one service to another.",
    labels: call,
  },
  {
    name: "traces_service_graph_request_failed_total",
    type: "counter",
    unit: "",
    help: "Calls of which either side failed.",
    labels: call,
  },
  {
    name: "traces_service_graph_request_client_seconds",
    type: "histogram",
    unit: "seconds",
    help: "Durations of calls as the client saw them.",
    labels: call,
  },
  {
    name: "traces_service_graph_request_server_seconds",
    type: "histogram",
    unit: "seconds",
    help: "Durations of calls as the server saw them.",
    labels: call,
  },
  {
    name: "sightglass_derived_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    help: "The grid point up to which a source of derived series was sampled.",
    labels: ["source"],
  },
];

/** What the catalogue says of a metric. */
export interface ToldMetric {
  readonly name: string;
  readonly type: DerivedMetric["type"];
  readonly help: string;
  readonly unit?: string;
}

/** Tells the catalogue of metrics about them. */
export async function writeMetadata(store: Store, nowMs: number, metrics: readonly ToldMetric[]): Promise<void> {
  if (metrics.length === 0) return;
  const seen_at = new Date(nowMs).toISOString();
  await store.insertRows(
    "metric_metadata",
    metrics.map(({ name, type, help, unit = unitOfName(name) }) => ({ metric: name, type, help, unit, seen_at })),
  );
}

/** The unit that a name ends with, as Prometheus' naming has it. */
const unitOfName = (name: string) => /_(seconds|bytes)(_total)?$/.exec(name)?.[1] ?? "";
