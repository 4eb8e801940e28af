import { metrics } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, MetricReader, type ResourceMetrics } from "@opentelemetry/sdk-metrics";

class ManualReader extends MetricReader {
  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

export interface Sample {
  labels: Record<string, unknown>;
  value: unknown;
}

/** A meter provider in this process that is read when a test says so. */
export class Meters {
  readonly #reader = new ManualReader();

  constructor() {
    const resource = resourceFromAttributes({ "service.name": "test" });
    metrics.setGlobalMeterProvider(new MeterProvider({ resource, readers: [this.#reader] }));
  }

  async collect(): Promise<ResourceMetrics> {
    const { resourceMetrics, errors } = await this.#reader.collect();
    if (errors.length > 0) throw new AggregateError(errors, "collecting failed");
    return resourceMetrics;
  }

  /** The samples of one metric, none when it is not there. */
  async samples(name: string): Promise<Sample[]> {
    const { scopeMetrics } = await this.collect();
    const found = scopeMetrics.flatMap((scope) => scope.metrics).filter((metric) => metric.descriptor.name === name);
    return found.flatMap((metric) =>
      metric.dataPoints.map((point) => ({ labels: point.attributes, value: point.value })),
    );
  }

  remove(): void {
    metrics.disable();
  }
}
