/** What every exposition format says, in the same terms. Parsers hand it to an `ExpositionVisitor`, in order. */

export type ExposedLabel = readonly [name: string, value: string];

/** OpenMetrics 1.0, "Metric Types"; `untyped` of the older formats is `unknown`. */
export const metricTypes = [
  "counter",
  "gauge",
  "histogram",
  "gaugehistogram",
  "summary",
  "info",
  "stateset",
  "unknown",
] as const;
export type MetricType = (typeof metricTypes)[number];

export interface ExposedExemplar {
  readonly labels: readonly ExposedLabel[];
  readonly value: number;
  readonly timestampMs: number | undefined;
}

export interface ExposedSample {
  /** The series as it was written: within one format, equal keys have equal labels. */
  readonly key: string;
  /**
   * The labels, `__name__` among them, in the order written; read anew at each call, so that a caller who knows the key
   * saves it. @throws SightglassError invalid_argument
   */
  readonly labels: () => readonly ExposedLabel[];
  /** 0 where `histogram` is set. */
  readonly value: number;
  readonly timestampMs: number | undefined;
  /** When the counter behind the sample started. */
  readonly startTimeMs?: number;
  readonly exemplars?: readonly ExposedExemplar[];
  /** A native histogram, as io.prometheus.write.v2.Histogram in protobuf. */
  readonly histogram?: Uint8Array;
}

/** What was said of a metric. Fields may come one by one. */
export interface ExposedMetadata {
  readonly metric: string;
  readonly type?: MetricType;
  readonly help?: string;
  readonly unit?: string;
}

export interface ExpositionVisitor {
  readonly metadata: (metadata: ExposedMetadata) => void;
  readonly sample: (sample: ExposedSample) => void;
}

export const metricNameLabel = "__name__";

/** Names that need no quotes (Prometheus data model before 3.0). */
export const legacyMetricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
export const legacyLabelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
