import type { FloatHistogram } from "@sightglass/promql";
import { randomFrom } from "./random.ts";
import type { World } from "./world.ts";

/** Made-up metrics: each value is a function of time, so any range can be asked and new samples come by themselves. */
export interface MockSeries {
  labels: Record<string, string>;
  /** Null where there is no sample. */
  valueAt: (timeMs: number) => number | FloatHistogram | null;
}

export interface MockMetric {
  type: string;
  help: string;
  unit: string;
}

const hourMs = 3_600_000;
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const mockMetrics: Record<string, MockMetric> = {
  up: { type: "gauge", help: "1 when the target was reached by the last scrape, else 0.", unit: "" },
  scrape_duration_seconds: { type: "gauge", help: "Duration of the last scrape.", unit: "seconds" },
  http_requests_total: { type: "counter", help: "Requests that were answered, by path and status.", unit: "" },
  http_request_duration_seconds: { type: "histogram", help: "Time from request to answer.", unit: "seconds" },
  rpc_duration_seconds: { type: "histogram", help: "Time of remote calls, as native histograms.", unit: "seconds" },
  process_resident_memory_bytes: { type: "gauge", help: "Resident memory size in bytes.", unit: "bytes" },
  process_cpu_seconds_total: { type: "counter", help: "Total user and system CPU time spent.", unit: "seconds" },
  queue_depth: { type: "gauge", help: "Messages that wait in the queue.", unit: "" },
  kafka_consumer_lag: { type: "gauge", help: "Records between the group's offset and the end of the log.", unit: "" },
  node_load1: { type: "gauge", help: "1m load average.", unit: "" },
  pipeline_runs_total: { type: "counter", help: "Runs that ended, by pipeline and status.", unit: "" },
  pipeline_run_duration_seconds: { type: "histogram", help: "Duration of runs.", unit: "seconds" },
  pipeline_records_total: { type: "counter", help: "Rows that stages read and wrote.", unit: "" },
  sightglass_series_overflow_series: {
    type: "gauge",
    help: "Series of today beyond the limit of their metric; the label is the one with most values among them.",
    unit: "",
  },
};

/** A rate that swings over the day; its integral is a counter that never falls. */
function swing(name: string, perSecond: number) {
  const random = randomFrom(name);
  const [phase, fast] = [random.between(0, 2 * Math.PI), random.between(0, 2 * Math.PI)];
  const [slowMs, fastMs] = [random.between(3, 5) * hourMs, random.between(9, 15) * 60_000];
  const rate = (ms: number) =>
    perSecond *
    (1 + 0.35 * Math.sin((2 * Math.PI * ms) / slowMs + phase) + 0.22 * Math.sin((2 * Math.PI * ms) / fastMs + fast));
  const part = (ms: number, share: number, periodMs: number, shift: number) =>
    ((-share * periodMs) / (2 * Math.PI)) * Math.cos((2 * Math.PI * ms) / periodMs + shift);
  const total = (ms: number) =>
    (perSecond * (ms - epochMs + part(ms, 0.35, slowMs, phase) + part(ms, 0.22, fastMs, fast) + slowMs)) / 1000;
  return { rate, total };
}

const epochMs = Date.UTC(2026, 0, 1);

const noise = (name: string, timeMs: number) => randomFrom(`${name} ${timeMs}`).next();

export function makeSeries(world: World): MockSeries[] {
  return [
    ...targets(),
    ...requests(),
    ...durations(),
    nativeDurations(),
    ...processes(),
    ...queues(),
    ...pipelineSeries(world),
    {
      labels: { __name__: "sightglass_series_overflow_series", metric: "http_requests_total", label: "path" },
      valueAt: () => 214,
    },
  ];
}

const instances = ["10.0.3.11:9100", "10.0.3.12:9100", "10.0.3.13:9100"];

function targets(): MockSeries[] {
  const all = [
    ...instances.map((instance) => ({ job: "node", instance })),
    { job: "api", instance: "api-0:8080" },
    { job: "api", instance: "api-1:8080" },
    { job: "kafka-exporter", instance: "kafka-exporter:9308" },
  ];
  return all.flatMap((labels) => [
    { labels: { __name__: "up", ...labels }, valueAt: () => (labels.instance === "10.0.3.13:9100" ? 0 : 1) },
    {
      labels: { __name__: "scrape_duration_seconds", ...labels },
      valueAt: (ms) => 0.012 + 0.02 * noise(labels.instance, ms),
    },
  ]);
}

function requests(): MockSeries[] {
  const paths: [string, string, number][] = [
    ["/orders", "200", 42],
    ["/orders", "500", 0.4],
    ["/orders/:id", "200", 88],
    ["/orders/:id", "404", 2.1],
    ["/carts", "200", 31],
    ["/health", "200", 0.2],
  ];
  return ["api-0:8080", "api-1:8080"].flatMap((instance) =>
    paths.map(([path, status, perSecond]) => {
      const { total } = swing(`${instance}${path}${status}`, perSecond);
      return {
        labels: { __name__: "http_requests_total", job: "api", instance, path, status },
        valueAt: (ms: number) => Math.floor(total(ms)),
      };
    }),
  );
}

/** Shares under each bound that drift to and fro, so that the heat map has a shape. */
function durations(): MockSeries[] {
  const common = { job: "api", instance: "api-0:8080" };
  const name = "http_request_duration_seconds";
  const buckets = [...bounds, Infinity].map((bound, index): MockSeries => {
    const share = 1 / (1 + Math.exp(-(index - 4.2) * 0.95));
    const drift = bound === Infinity ? 0 : Math.min(share, 1 - share) * 0.6;
    const { total } = swing("durations", 120 * (bound === Infinity ? 1 : share));
    const periodMs = 2.5 * hourMs;
    const extra = (ms: number) =>
      ((-120 * drift * periodMs) / 2 / Math.PI / 1000) * Math.cos((2 * Math.PI * ms) / periodMs);
    return {
      labels: { __name__: `${name}_bucket`, ...common, le: bound === Infinity ? "+Inf" : String(bound) },
      valueAt: (ms) => Math.floor(total(ms) + extra(ms)),
    };
  });
  const { total } = swing("durations", 120);
  return [
    ...buckets,
    { labels: { __name__: `${name}_count`, ...common }, valueAt: (ms) => Math.floor(total(ms)) },
    { labels: { __name__: `${name}_sum`, ...common }, valueAt: (ms) => total(ms) * 0.118 },
  ];
}

function nativeDurations(): MockSeries {
  const indexes = Array.from({ length: 26 }, (_, index) => index - 18);
  const swings = indexes.map((index) => {
    const weight = Math.exp(-(((index + 7) / 5) ** 2));
    return swing(`native ${Math.floor(index / 4)}`, 60 * weight);
  });
  return {
    labels: { __name__: "rpc_duration_seconds", job: "api", instance: "api-1:8080" },
    valueAt: (ms) => {
      const counts = swings.map(({ total }) => Math.floor(total(ms)));
      const count = counts.reduce((sum, each) => sum + each, 0);
      const custom = { zeroThreshold: 1e-9, zeroCount: 0, customBounds: [], hint: "unknown" as const };
      const negative = { indexes: [], counts: [] };
      return { schema: 1, count, sum: count * 0.11, ...custom, positive: { indexes, counts }, negative };
    },
  };
}

function processes(): MockSeries[] {
  return ["api-0:8080", "api-1:8080"].flatMap((instance) => {
    const { total } = swing(`cpu ${instance}`, 0.34);
    const { rate } = swing(`memory ${instance}`, 180e6);
    return [
      { labels: { __name__: "process_cpu_seconds_total", job: "api", instance }, valueAt: total },
      {
        labels: { __name__: "process_resident_memory_bytes", job: "api", instance },
        valueAt: (ms: number) => Math.round(rate(ms)),
      },
    ];
  });
}

function queues(): MockSeries[] {
  return [
    ...["orders", "carts", "mails"].map((queue, index): MockSeries => {
      const { rate } = swing(queue, 24 * (index + 1));
      return { labels: { __name__: "queue_depth", job: "api", queue }, valueAt: (ms) => Math.round(rate(ms)) };
    }),
    ...Array.from({ length: 12 }, (_, partition): MockSeries => {
      const { rate } = swing(`lag ${partition}`, 400);
      const labels = { __name__: "kafka_consumer_lag", job: "kafka-exporter", group: "loader", topic: "clicks" };
      return { labels: { ...labels, partition: String(partition) }, valueAt: (ms) => Math.round(rate(ms)) };
    }),
    ...instances.map((instance): MockSeries => {
      const { rate } = swing(`load ${instance}`, 1.4);
      return {
        labels: { __name__: "node_load1", job: "node", instance },
        valueAt: (ms) => (instance === "10.0.3.13:9100" && ms % (6 * hourMs) > 5 * hourMs ? null : rate(ms)),
      };
    }),
  ];
}

const statusLabels: Record<string, string> = { succeeded: "success", failed: "failure" };

/** Counted from the runs themselves. */
function pipelineSeries({ runs }: World): MockSeries[] {
  const names = [...new Set(runs.map((run) => run.pipeline))];
  return names.flatMap((pipeline) => {
    const ended = runs.filter((run) => run.pipeline === pipeline && run.endedAt !== null).toReversed();
    const counter = (labels: Record<string, string>, steps: { atMs: number; by: number }[]): MockSeries => ({
      labels: { ...labels, pipeline },
      valueAt: (ms) => steps.reduce((sum, { atMs, by }) => (atMs <= ms ? sum + by : sum), 0),
    });
    const endMs = (run: (typeof ended)[number]) => Date.parse(run.endedAt ?? "");
    const statuses = [...new Set(ended.map((run) => run.status))];
    return [
      ...statuses.map((status) =>
        counter(
          { __name__: "pipeline_runs_total", status: statusLabels[status] ?? status },
          ended.filter((run) => run.status === status).map((run) => ({ atMs: endMs(run), by: 1 })),
        ),
      ),
      ...[1, 10, 60, 300, 1_800, Infinity].map((bound) =>
        counter(
          { __name__: "pipeline_run_duration_seconds_bucket", le: bound === Infinity ? "+Inf" : String(bound) },
          ended.flatMap((run) => ((run.durationMs ?? 0) / 1000 <= bound ? [{ atMs: endMs(run), by: 1 }] : [])),
        ),
      ),
      ...(["read", "written"] as const).map((direction) =>
        counter(
          { __name__: "pipeline_records_total", stage: "load", direction },
          ended.map((run) => ({
            atMs: endMs(run),
            by: (direction === "read" ? run.recordsRead : run.recordsWritten) ?? 0,
          })),
        ),
      ),
    ];
  });
}
