export type Temporality = "cumulative" | "delta" | "lowmemory";

export interface PushgatewayOptions {
  /** Its base address, such as `http://pushgateway:9091`. */
  url: string;
  job: string;
  /** More labels that tell this group of metrics from others, such as `{ instance: "a" }`. */
  grouping?: Record<string, string>;
}

export interface MetricsOptions {
  /** Default: OTEL_METRIC_EXPORT_INTERVAL, else 10000. */
  intervalMs?: number;
  /**
   * `delta` sends what was added since the last time: right for short jobs, whose sums are to be added up. Default:
   * OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE, else `cumulative`.
   */
  temporality?: Temporality;
  /** `/metrics` for Prometheus on a port of its own. Default: where OTEL_METRICS_EXPORTER names `prometheus`. */
  prometheus?: { port?: number; host?: string };
  /** Pushes at each interval and at the end, for jobs that no scrape would ever meet. */
  pushgateway?: PushgatewayOptions;
  /** Memory, CPU, event loop delay and garbage collection of this process. Default: false. */
  runtime?: boolean;
}
