import type { AnyValue } from "../any-value.ts";

/** OTLP metrics as message-reader.ts gives them (opentelemetry/proto/metrics/v1): unset fields are missing. */

export interface MetricsRequest {
  resourceMetrics?: ResourceMetrics[];
}

export interface ResourceMetrics {
  resource?: { attributes?: Attribute[] };
  scopeMetrics?: ScopeMetrics[];
}

export interface ScopeMetrics {
  scope?: { name?: string; version?: string; attributes?: Attribute[] };
  metrics?: Metric[];
  schemaUrl?: string;
}

export interface Attribute {
  key?: string;
  value?: AnyValue;
}

export interface Metric {
  name?: string;
  description?: string;
  unit?: string;
  gauge?: { dataPoints?: NumberPoint[] };
  sum?: { dataPoints?: NumberPoint[]; aggregationTemporality?: number; isMonotonic?: boolean };
  histogram?: { dataPoints?: HistogramPoint[]; aggregationTemporality?: number };
  exponentialHistogram?: { dataPoints?: ExponentialPoint[]; aggregationTemporality?: number };
  summary?: { dataPoints?: SummaryPoint[] };
}

export const temporality = { delta: 1, cumulative: 2 } as const;

export interface Point {
  attributes?: Attribute[];
  /** In milliseconds, as `timeUnixNano`. */
  startTimeUnixNano?: number;
  timeUnixNano?: number;
  flags?: number;
  exemplars?: Exemplar[];
}

export interface NumberPoint extends Point {
  asDouble?: number;
  asInt?: number;
}

export interface HistogramPoint extends Point {
  count?: number;
  sum?: number;
  bucketCounts?: number[];
  explicitBounds?: number[];
}

export interface ExponentialPoint extends Point {
  count?: number;
  sum?: number;
  scale?: number;
  zeroCount?: number;
  zeroThreshold?: number;
  positive?: Buckets;
  negative?: Buckets;
}

/** A point that is stored as a native histogram; one with `explicitBounds` has custom buckets. */
export type NativePoint = ExponentialPoint | HistogramPoint;

export interface Buckets {
  offset?: number;
  bucketCounts?: number[];
}

export interface SummaryPoint extends Point {
  count?: number;
  sum?: number;
  quantileValues?: { quantile?: number; value?: number }[];
}

export interface Exemplar {
  filteredAttributes?: Attribute[];
  timeUnixNano?: number;
  asDouble?: number;
  asInt?: number;
  spanId?: string;
  traceId?: string;
}
