// oxlint-disable no-underscore-dangle -- the names of the metrics SDK
import type { HrTime } from "@opentelemetry/api";
import { millisToHrTime } from "@opentelemetry/core";
import {
  AggregationTemporality,
  InstrumentType,
  type MetricData,
  MetricReader,
  type ResourceMetrics,
  type ScopeMetrics,
} from "@opentelemetry/sdk-metrics";
import { handOverHeld } from "../metrics/catalogue.ts";
import type { Temporality } from "./metrics-options.ts";

/** OTLP exporter configuration, OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE. Up-down counters are always cumulative. */
function temporalityOf(preference: Temporality, type: InstrumentType): AggregationTemporality {
  const isDelta =
    preference !== "cumulative" &&
    (type === InstrumentType.COUNTER ||
      type === InstrumentType.HISTOGRAM ||
      (type === InstrumentType.OBSERVABLE_COUNTER && preference === "delta"));
  return isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
}

/** The parts of the metrics SDK (pinned) that collect without promises. */
interface CollectorParts {
  _sharedState?: {
    resource: ResourceMetrics["resource"];
    meterSharedStates: Map<string, MeterParts>;
  };
}
interface MeterParts {
  _instrumentationScope: ScopeMetrics["scope"];
  metricStorageRegistry: {
    getStorages(collector: object): { collect(collector: object, time: HrTime): MetricData | undefined }[];
  };
}

/** A reader that reads when it is told to. */
export class OnDemandReader extends MetricReader {
  constructor(temporality: Temporality) {
    super({ aggregationTemporalitySelector: (type) => temporalityOf(temporality, type) });
  }

  /**
   * Collects at once, without asking the observed instruments: when a process emits "exit", no promise of the SDK's own
   * `collect` settles any more. Undefined where the SDK is built in another way than the one that is pinned.
   */
  collectNow(nowMs: number): ResourceMetrics | undefined {
    handOverHeld();
    const collector = (this as unknown as { _sdkMetricProducer?: CollectorParts })._sdkMetricProducer;
    const state = collector?._sharedState;
    if (collector === undefined || state === undefined) return undefined;
    const time = millisToHrTime(nowMs);
    const scopeMetrics: ScopeMetrics[] = [];
    for (const meter of state.meterSharedStates.values()) {
      const found = meter.metricStorageRegistry
        .getStorages(collector)
        .map((storage) => storage.collect(collector, time));
      const metrics = found.filter((metric) => metric !== undefined);
      if (metrics.length > 0) scopeMetrics.push({ scope: meter._instrumentationScope, metrics });
    }
    return { resource: state.resource, scopeMetrics };
  }

  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}
