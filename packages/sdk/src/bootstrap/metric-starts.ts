import type { HrTime } from "@opentelemetry/api";
import {
  AggregationTemporality,
  DataPointType,
  InstrumentType,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";

/**
 * Lets what the program counts start a millisecond before its first value. A start that equals the time of the point says that
 * the start is unknown (OpenTelemetry's metrics data model, "Cumulative streams: handling unknown start time"): a job that counts and ends
 * within one millisecond would have counted nothing. What is only observed may have started anywhere, and stays.
 */
export function withStarts(collected: ResourceMetrics): ResourceMetrics {
  const scopeMetrics = collected.scopeMetrics.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.map(startedEarlier),
  }));
  return { ...collected, scopeMetrics };
}

const counting: readonly unknown[] = [InstrumentType.COUNTER, InstrumentType.HISTOGRAM];

function startedEarlier(metric: MetricData): MetricData {
  // The exporters' own type of a descriptor leaves the instrument out.
  const { type } = metric.descriptor as { type?: unknown };
  const isCumulative = metric.aggregationTemporality === AggregationTemporality.CUMULATIVE;
  if (!isCumulative || !counting.includes(type)) return metric;
  const moved = <Point extends { startTime: HrTime }>(points: readonly Point[]) =>
    points.map((point) => ({ ...point, startTime: millisecondBefore(point.startTime) }));
  if (metric.dataPointType === DataPointType.SUM) return { ...metric, dataPoints: moved(metric.dataPoints) };
  if (metric.dataPointType === DataPointType.HISTOGRAM) return { ...metric, dataPoints: moved(metric.dataPoints) };
  return metric;
}

function millisecondBefore([seconds, nanoseconds]: HrTime): HrTime {
  return nanoseconds >= 1e6 ? [seconds, nanoseconds - 1e6] : [seconds - 1, nanoseconds + 999e6];
}
