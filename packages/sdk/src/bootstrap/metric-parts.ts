import { type ISerializer, JsonMetricsSerializer, ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import type { Resource } from "@opentelemetry/resources";
import { MeterProvider, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Clock } from "../clock.ts";
import { connectObserved } from "../metrics/catalogue.ts";
import { exposition, expositionType } from "../metrics/exposition.ts";
import { measureRuntime } from "../metrics/runtime.ts";
import { safely } from "../safely.ts";
import type { MetricSettings, SignalSettings } from "./environment.ts";
import { MetricChannel, type MetricCarrier } from "./metric-channel.ts";
import { OnDemandReader } from "./metric-reader.ts";
import type { MetricsOptions, PushgatewayOptions, Temporality } from "./metrics-options.ts";
import { MetricsServer } from "./metrics-server.ts";
import { OtlpChannel, type PartialSuccess } from "./otlp-channel.ts";
import type { Signal } from "./spool/folder.ts";

export interface MetricParts {
  readonly provider: MeterProvider | undefined;
  readonly channels: readonly MetricChannel[];
  /** Once the provider is registered. */
  start(): void;
  stop(): void;
}

interface Surroundings {
  readonly resource: Resource;
  readonly clock: Clock;
  readonly complain: (text: string) => void;
}

const prometheusDefault = { host: "127.0.0.1", port: 9464 };

/** Each way out has a reader of its own, and there is none for a way that is not taken: an idle reader would pile up. */
export function metricParts(
  settings: MetricSettings,
  options: MetricsOptions = {},
  { resource, clock, complain }: Surroundings,
): MetricParts {
  const intervalMs = options.intervalMs ?? settings.intervalMs;
  const channels: MetricChannel[] = [];
  const readers: OnDemandReader[] = [];
  const addChannel = (temporality: Temporality, carrier: MetricCarrier) => {
    const reader = new OnDemandReader(temporality);
    readers.push(reader);
    channels.push(new MetricChannel({ reader, carrier, clock, intervalMs, timeoutMs: settings.timeoutMs }));
  };
  if (settings.exporter === "otlp") {
    const temporality = options.temporality ?? settings.temporality;
    addChannel(temporality, carrier("metrics", settings, otlpSerializer(settings), clock, complain));
  }
  if (settings.exporter === "console") addChannel("cumulative", consoleCarrier());
  if (options.pushgateway !== undefined) {
    const target = pushgatewaySettings(settings, options.pushgateway);
    // What a Pushgateway would get late would stand for now.
    addChannel("cumulative", carrier(undefined, target, textSerializer, clock, complain));
  }
  const scraped = options.prometheus ?? settings.prometheus;
  const server =
    scraped === undefined ? undefined : new MetricsServer(new OnDemandReader("cumulative"), clock, complain);
  if (server !== undefined) readers.push(server.reader);
  if (readers.length === 0) return { provider: undefined, channels, start() {}, stop() {} };
  let stopRuntime = () => {};
  return {
    provider: new MeterProvider({ resource, readers }),
    channels,
    start() {
      connectObserved();
      if (options.runtime === true) stopRuntime = measureRuntime();
      void server?.listen({ ...prometheusDefault, ...scraped });
    },
    stop() {
      stopRuntime();
      void server?.close();
    },
  };
}

/** One collection a request: unlike spans, collections of one program cannot be joined. */
type MetricSerializer = ISerializer<ResourceMetrics[], PartialSuccess>;

function otlpSerializer(settings: SignalSettings): MetricSerializer {
  const serializer = settings.encoding === "json" ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  return {
    serializeRequest: ([collected]) => (collected === undefined ? undefined : serializer.serializeRequest(collected)),
    deserializeResponse: (answer) => serializer.deserializeResponse(answer),
  };
}

const textSerializer: MetricSerializer = {
  serializeRequest: ([collected]) =>
    collected === undefined ? undefined : new TextEncoder().encode(exposition(collected, { withoutResource: true })),
  deserializeResponse: () => ({}),
};

function carrier(
  signal: Signal | undefined,
  settings: SignalSettings,
  serializer: MetricSerializer,
  clock: Clock,
  complain: (text: string) => void,
): MetricCarrier {
  const channel = new OtlpChannel<ResourceMetrics>("metrics", signal, settings, serializer, clock, complain);
  return {
    get unsentCount() {
      return channel.unsentCount;
    },
    add: (collected) => channel.outbox.add(collected),
    drain: (deadlineMs) => channel.drain(deadlineMs),
    takeLetters: () => channel.takeLetters(),
    close: () => channel.close(),
  };
}

function consoleCarrier(): MetricCarrier {
  return {
    unsentCount: 0,
    add: (collected) => safely(() => void process.stdout.write(exposition(collected)), undefined),
    drain: () => Promise.resolve(true),
    takeLetters: () => [],
    close() {},
  };
}

function pushgatewaySettings(settings: MetricSettings, { url, job, grouping }: PushgatewayOptions): SignalSettings {
  const labels = Object.entries({ job, ...grouping }).map(([name, value]) => groupingPart(name, value));
  return {
    ...settings,
    exporter: "otlp",
    compression: "none",
    url: `${url.replace(/\/+$/, "")}/metrics/${labels.join("/")}`,
    // Not those for OTLP: they may hold the key of another server.
    headers: { "content-type": expositionType },
    tls: {},
  };
}

/** The Pushgateway's URL form: a value that is empty or has a slash goes as base64 without padding, empty as `=`. */
function groupingPart(name: string, value: string): string {
  if (value === "") return `${name}@base64/=`;
  if (!value.includes("/")) return `${name}/${encodeURIComponent(value)}`;
  return `${name}@base64/${Buffer.from(value).toString("base64url")}`;
}
