import { readFileSync } from "node:fs";
import { parseKeyPairsIntoRecord } from "@opentelemetry/core";
import { type KeepRules, parseKeepRules } from "./keep-rules.ts";
import type { Temporality } from "./metrics-options.ts";
import type { SamplerSettings } from "./sampler.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment, as it is now. */
export function currentEnvironment(): Environment {
  return process.env;
}

export type Exporter = "otlp" | "console" | "none";

export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Where one signal goes, and how. */
export interface SignalSettings {
  readonly exporter: Exporter;
  readonly url: string;
  readonly encoding: "protobuf" | "json";
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: "gzip" | "none";
  readonly timeoutMs: number;
  readonly tls: Tls;
  readonly queueItemsMax: number;
  readonly batchItemsMax: number;
  readonly delayMs: number;
}

export interface MetricSettings extends SignalSettings {
  readonly intervalMs: number;
  readonly temporality: Temporality;
  /** Where Prometheus may fetch them. */
  readonly prometheus: { readonly host: string; readonly port: number } | undefined;
}

export interface Settings {
  readonly isDisabled: boolean;
  readonly metrics: MetricSettings;
  readonly traces: SignalSettings;
  readonly logs: SignalSettings;
  readonly propagators: readonly string[];
  readonly nodeEnvironment: string | undefined;
  readonly logLevel: string | undefined;
  readonly keepsPersonalData: boolean;
  /** The folder for what could not be sent. */
  readonly spool: string | undefined;
  readonly spanAttributeValueCharsMax: number;
  readonly logAttributeCountMax: number;
  readonly logAttributeValueCharsMax: number;
  readonly sampler: SamplerSettings;
  readonly keep: KeepRules | undefined;
  /** What could not be used, each as a sentence. */
  readonly problems: readonly string[];
}

export interface SettingsOverrides {
  readonly endpoint?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Signal {
  readonly name: "TRACES" | "LOGS" | "METRICS";
  readonly path: string;
  /** The batch processor's prefix in the specification. */
  readonly batch: "OTEL_BSP" | "OTEL_BLRP" | undefined;
  readonly delayMs: number;
  readonly queueItemsMax: number;
  readonly batchItemsMax: number;
}

const endpointDefault = "http://127.0.0.1:4318";
const spanQueue = { queueItemsMax: 4096, batchItemsMax: 512 };
/** Spans sooner than OpenTelemetry's 5 s, so that a stage is seen when it has ended. */
const traces: Signal = { name: "TRACES", path: "v1/traces", batch: "OTEL_BSP", delayMs: 1000, ...spanQueue };
const logs: Signal = { name: "LOGS", path: "v1/logs", batch: "OTEL_BLRP", delayMs: 1000, ...spanQueue };
/** An item is all that was collected at one time: what a server misses in ten minutes is kept. */
const metrics: Signal = {
  name: "METRICS",
  path: "v1/metrics",
  batch: undefined,
  delayMs: 0,
  queueItemsMax: 60,
  batchItemsMax: 1,
};
/** OpenTelemetry's own default has no end: one page of HTML in an attribute of each span would be enough. */
const attributeValueCharsMax = 16_384;
const metricIntervalMs = 10_000;

/**
 * Reads the OpenTelemetry variables (specification, "Environment Variable Specification" and "OTLP exporter
 * configuration"). A value that cannot be used is reported in `problems` and its default holds.
 */
export function readSettings(environment: Environment, overrides: SettingsOverrides = {}): Settings {
  const problems: string[] = [];
  const reader = new Reader(environment, problems);
  return {
    isDisabled: reader.text("OTEL_SDK_DISABLED")?.toLowerCase() === "true",
    traces: signalSettings(reader, traces, overrides),
    logs: signalSettings(reader, logs, overrides),
    metrics: metricSettings(reader, overrides),
    propagators: reader.list("OTEL_PROPAGATORS") ?? ["tracecontext", "baggage"],
    sampler: {
      name: reader.text("OTEL_TRACES_SAMPLER")?.toLowerCase() ?? "parentbased_always_on",
      argument: reader.text("OTEL_TRACES_SAMPLER_ARG"),
    },
    keep: parseKeepRules(reader.text("SIGHTGLASS_KEEP"), (problem) => problems.push(problem)),
    nodeEnvironment: reader.text("NODE_ENV"),
    logLevel: reader.text("OTEL_LOG_LEVEL"),
    keepsPersonalData: reader.text("SIGHTGLASS_PERSONAL_DATA")?.toLowerCase() === "keep",
    spool: reader.text("SIGHTGLASS_SPOOL"),
    spanAttributeValueCharsMax:
      reader.number("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT") ??
      reader.number("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT") ??
      attributeValueCharsMax,
    logAttributeCountMax:
      reader.number("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT") ?? reader.number("OTEL_ATTRIBUTE_COUNT_LIMIT") ?? 128,
    logAttributeValueCharsMax:
      reader.number("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT") ??
      reader.number("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT") ??
      attributeValueCharsMax,
    // The signals share variables, so one fault may have been found twice.
    problems: [...new Set(problems)],
  };
}

function signalSettings(reader: Reader, signal: Signal, overrides: SettingsOverrides): SignalSettings {
  const own = `OTEL_EXPORTER_OTLP_${signal.name}_`;
  const all = "OTEL_EXPORTER_OTLP_";
  const either = (name: string) => reader.text(own + name) ?? reader.text(all + name);
  const batch = (name: string) => (signal.batch === undefined ? undefined : reader.number(`${signal.batch}_${name}`));
  return {
    exporter: exporter(reader, `OTEL_${signal.name}_EXPORTER`),
    url: signalUrl(reader, signal, overrides.endpoint),
    encoding: encoding(reader, either("PROTOCOL")),
    headers: {
      ...parseKeyPairsIntoRecord(reader.text(`${all}HEADERS`)),
      ...parseKeyPairsIntoRecord(reader.text(`${own}HEADERS`)),
      ...overrides.headers,
    },
    compression: either("COMPRESSION") === "gzip" ? "gzip" : "none",
    timeoutMs: reader.number(`${own}TIMEOUT`) ?? reader.number(`${all}TIMEOUT`) ?? 10_000,
    tls: {
      ...reader.file("ca", either("CERTIFICATE")),
      ...reader.file("cert", either("CLIENT_CERTIFICATE")),
      ...reader.file("key", either("CLIENT_KEY")),
    },
    queueItemsMax: batch("MAX_QUEUE_SIZE") ?? signal.queueItemsMax,
    batchItemsMax: batch("MAX_EXPORT_BATCH_SIZE") ?? signal.batchItemsMax,
    delayMs: batch("SCHEDULE_DELAY") ?? signal.delayMs,
  };
}

function metricSettings(reader: Reader, overrides: SettingsOverrides): MetricSettings {
  const variable = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
  const wanted = reader.text(variable)?.toLowerCase() ?? "cumulative";
  const temporality = temporalities.find((known) => known === wanted);
  if (temporality === undefined)
    reader.problems.push(`${variable}="${wanted}" is none of ${temporalities.join(", ")}; cumulative is used`);
  const isScraped = reader.list("OTEL_METRICS_EXPORTER")?.includes("prometheus") === true;
  return {
    ...signalSettings(reader, metrics, overrides),
    intervalMs: reader.number("OTEL_METRIC_EXPORT_INTERVAL") ?? metricIntervalMs,
    temporality: temporality ?? "cumulative",
    // The specification's defaults.
    prometheus: isScraped
      ? {
          host: reader.text("OTEL_EXPORTER_PROMETHEUS_HOST") ?? "localhost",
          port: reader.number("OTEL_EXPORTER_PROMETHEUS_PORT") ?? 9464,
        }
      : undefined,
  };
}

const temporalities = ["cumulative", "delta", "lowmemory"] as const;

/** The signal's own endpoint is used as it is; the general one gets the signal's path. */
function signalUrl(reader: Reader, signal: Signal, endpoint: string | undefined): string {
  const variable = `OTEL_EXPORTER_OTLP_${signal.name}_ENDPOINT`;
  const own = endpoint === undefined ? reader.text(variable) : undefined;
  if (own !== undefined && isHttpUrl(own)) return own;
  if (own !== undefined) reader.problems.push(`${variable}="${own}" is not an http or https URL; it is not used`);
  const general = endpoint ?? reader.text("OTEL_EXPORTER_OTLP_ENDPOINT") ?? endpointDefault;
  if (isHttpUrl(general)) return `${general.replace(/\/+$/, "")}/${signal.path}`;
  reader.problems.push(`the endpoint "${general}" is not an http or https URL; ${endpointDefault} is used`);
  return `${endpointDefault}/${signal.path}`;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function exporter(reader: Reader, variable: string): Exporter {
  const wanted = reader.list(variable) ?? ["otlp"];
  if (wanted.includes("otlp")) return "otlp";
  if (wanted.includes("console")) return "console";
  // Prometheus fetches metrics; it is no way out of this list.
  if (!wanted.includes("none") && !(variable === "OTEL_METRICS_EXPORTER" && wanted.includes("prometheus"))) {
    reader.problems.push(`${variable}="${wanted.join(",")}" is none of otlp, console and none; otlp is used`);
    return "otlp";
  }
  return "none";
}

function encoding(reader: Reader, protocol: string | undefined): "protobuf" | "json" {
  if (protocol === "http/json") return "json";
  if (protocol !== undefined && protocol !== "http/protobuf")
    reader.problems.push(`OTLP protocol "${protocol}" is not supported here; http/protobuf is used`);
  return "protobuf";
}

class Reader {
  readonly #environment: Environment;
  readonly problems: string[];

  constructor(environment: Environment, problems: string[]) {
    this.#environment = environment;
    this.problems = problems;
  }

  /** An empty value counts as not set (specification, "Parsing empty value"). */
  text(name: string): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === "" ? undefined : value;
  }

  list(name: string): string[] | undefined {
    return this.text(name)
      ?.split(",")
      .map((part) => part.trim().toLowerCase())
      .filter((part) => part !== "");
  }

  number(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const parsed = Number(value);
    if (Number.isFinite(parsed) && parsed > 0) return parsed;
    this.problems.push(`${name}="${value}" is not a positive number; its default is used`);
    return undefined;
  }

  file(key: keyof Tls, path: string | undefined): Tls {
    if (path === undefined) return {};
    try {
      return { [key]: readFileSync(path, "utf8") };
    } catch (thrown) {
      this.problems.push(`cannot read the TLS file ${path}: ${thrown instanceof Error ? thrown.message : ""}`);
      return {};
    }
  }
}
