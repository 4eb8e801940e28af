import { metrics } from "@opentelemetry/api";
import { metricNames, runtimeLabelNames as labels, runtimeScopeName } from "../attribute-names.ts";
import { safely } from "../safely.ts";
import { version } from "../version.ts";

const eventLoopResolutionMs = 20;
const nsPerSecond = 1e9;

/**
 * Measures this process: memory, CPU, event loop delay, garbage collection. Names and units are OpenTelemetry's (semantic
 * conventions, "process", "Node.js runtime" and "V8 JS engine runtime"). The returned function stops it.
 */
export function measureRuntime(): () => void {
  return safely(start, () => {});
}

function start(): () => void {
  const { monitorEventLoopDelay, PerformanceObserver } = process.getBuiltinModule("node:perf_hooks");
  const meter = metrics.getMeter(runtimeScopeName, version);
  const delay = monitorEventLoopDelay({ resolution: eventLoopResolutionMs });
  delay.enable();

  meter
    .createObservableUpDownCounter(metricNames.memory, { unit: "By", description: "Resident memory" })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableUpDownCounter(metricNames.heapUsed, { unit: "By", description: "Used V8 heap" })
    .addCallback((result) => result.observe(process.memoryUsage().heapUsed));
  meter.createObservableCounter(metricNames.cpu, { unit: "s", description: "CPU time" }).addCallback((result) => {
    const { user, system } = process.cpuUsage();
    result.observe(user / 1e6, { [labels.cpuMode]: "user" });
    result.observe(system / 1e6, { [labels.cpuMode]: "system" });
  });
  const observeDelay = (name: string, seconds: () => number) =>
    meter
      .createObservableGauge(name, { unit: "s", description: "Event loop delay since the start" })
      .addCallback((result) => {
        const value = seconds();
        if (Number.isFinite(value)) result.observe(Math.max(0, value - eventLoopResolutionMs / 1000));
      });
  observeDelay(metricNames.eventLoopDelayMean, () => delay.mean / nsPerSecond);
  observeDelay(metricNames.eventLoopDelayP99, () => delay.percentile(99) / nsPerSecond);
  observeDelay(metricNames.eventLoopDelayMax, () => delay.max / nsPerSecond);

  const collections = meter.createHistogram(metricNames.garbageCollection, {
    unit: "s",
    description: "Duration of garbage collections",
    advice: { explicitBucketBoundaries: [0.01, 0.1, 1, 10] },
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      collections.record(entry.duration / 1000, { [labels.collectionType]: collectionType(entry) });
  });
  observer.observe({ entryTypes: ["gc"] });
  return () => {
    observer.disconnect();
    delay.disable();
  };
}

/** `perf_hooks.constants.NODE_PERFORMANCE_GC_*`. */
const collectionTypes: Record<number, string> = { 1: "minor", 2: "minor", 4: "major", 8: "incremental", 16: "weakcb" };

function collectionType(entry: object): string {
  const { detail } = entry as { detail?: { kind?: number } };
  return collectionTypes[detail?.kind ?? 0] ?? "other";
}
