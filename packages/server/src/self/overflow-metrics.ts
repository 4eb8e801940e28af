import type { MetricFamily } from "./metrics.ts";

/** A metric that has more series than its limit. */
interface Overflow {
  readonly metric: string;
  readonly series: number;
  readonly samples: number;
  readonly label: string;
  readonly labelValues: number;
}

/** What the cardinality limit kept out, and which label exploded. */
export function overflowMetrics(overflows: readonly Overflow[]): MetricFamily[] {
  return [
    {
      name: "sightglass_series_overflow_total",
      type: "counter",
      help: "Samples that went into the overflow series of their metric.",
      samples: overflows.map(({ metric, samples }) => ({ suffix: "", labels: { metric }, value: samples })),
    },
    {
      name: "sightglass_series_overflow_series",
      type: "gauge",
      help: "Series of today beyond the limit of their metric; the label is the one with most distinct values among them.",
      samples: overflows.map(({ metric, series, label }) => ({ suffix: "", labels: { metric, label }, value: series })),
    },
  ];
}
