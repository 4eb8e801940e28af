import { isAbsolute, join } from "node:path";
import { compileAnchored } from "@sightglass/promql";
import type { z } from "zod";
import type { HttpClientSettings, ScrapeJob } from "../receive/scrape/job.ts";
import type { RelabelRule } from "../receive/scrape/relabel.ts";
import { schemaMax, schemaMin } from "../decode/prometheus/resolution.ts";
import { limits } from "../model/limits.ts";
import type { httpClientShape } from "./scrape-http.ts";
import type { RelabelConfig } from "./scrape-relabel.ts";
import { escapingOf, type ScrapeConfig, type ScrapeGlobal } from "./scrape.ts";

const timeoutMsDefault = 10_000;
type LimitKey = Extract<keyof ScrapeGlobal, `${string}_limit` | "keep_dropped_targets">;

const tlsVersions = { TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const;

/**
 * The jobs of a configuration, with what they take from `global` and the defaults filled in.
 * @param folder relative paths in the configuration start here: where its file is
 */
export function scrapeJobs(
  { global, scrape_configs }: { global: ScrapeGlobal; scrape_configs: readonly ScrapeConfig[] },
  folder: string,
): ScrapeJob[] {
  const pathOf = (path: string) => (isAbsolute(path) ? path : join(folder, path));
  return scrape_configs.map((config) => {
    const inherited = <Key extends keyof ScrapeGlobal>(key: Key) => config[key] ?? global[key];
    // As in Prometheus, a limit of 0 is one that is not set.
    const limit = (key: LimitKey) => config[key] || global[key] || 0;
    const intervalMs = config.scrape_interval ?? global.scrape_interval;
    const nativeHistograms = inherited("scrape_native_histograms") ?? false;
    const allowsUtf8Names = inherited("metric_name_validation_scheme") !== "legacy";
    const droppedMax = limits.scrapeTargetsDroppedMax.value;
    return {
      name: config.job_name,
      intervalMs,
      timeoutMs: config.scrape_timeout ?? Math.min(global.scrape_timeout ?? timeoutMsDefault, intervalMs),
      metricsPath: config.metrics_path,
      scheme: config.scheme,
      params: config.params,
      honorLabels: config.honor_labels,
      honorTimestamps: config.honor_timestamps,
      trackTimestampsStaleness: config.track_timestamps_staleness,
      protocols: inherited("scrape_protocols") ?? protocolsDefault(nativeHistograms),
      fallbackProtocol: config.fallback_scrape_protocol,
      nativeHistograms,
      convertsClassic: inherited("convert_classic_histograms_to_nhcb") ?? false,
      resolution: {
        schemaMax: schemaOfFactor(config.native_histogram_min_bucket_factor ?? 0),
        bucketsMax: config.native_histogram_bucket_limit ?? 0,
      },
      classicBesideNative: inherited("always_scrape_classic_histograms") ?? false,
      enableCompression: config.enable_compression,
      allowsUtf8Names,
      escaping: escapingOf(config, global) ?? (allowsUtf8Names ? "allow-utf-8" : "underscores"),
      limits: {
        bodyBytesMax: limit("body_size_limit") || limits.scrapeBodyBytesMax.value,
        samplesMax: limit("sample_limit"),
        labelsMax: limit("label_limit"),
        labelNameLengthMax: limit("label_name_length_limit"),
        labelValueLengthMax: limit("label_value_length_limit"),
      },
      targetsMax: limit("target_limit"),
      droppedTargetsMax: Math.min(limit("keep_dropped_targets") || droppedMax, droppedMax),
      extraScrapeMetrics: inherited("extra_scrape_metrics") ?? false,
      client: clientOf(config, pathOf),
      staticGroups: config.static_configs,
      fileDiscoveries: config.file_sd_configs.map(({ files, refresh_interval }) => ({
        files: files.map(pathOf),
        refreshMs: refresh_interval,
      })),
      httpDiscoveries: config.http_sd_configs.map((one) => ({
        url: one.url,
        refreshMs: one.refresh_interval,
        client: clientOf(one, pathOf),
      })),
      relabelRules: config.relabel_configs.map(ruleOf),
      metricRelabelRules: config.metric_relabel_configs.map(ruleOf),
    };
  });
}

/** Native histograms exist in protobuf only. */
function protocolsDefault(nativeHistograms: boolean): ScrapeJob["protocols"] {
  const texts = ["OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4"] as const;
  return nativeHistograms ? ["PrometheusProto", ...texts] : texts;
}

type HttpClientConfig = z.output<z.ZodObject<typeof httpClientShape>>;

function clientOf(config: HttpClientConfig, pathOf: (path: string) => string): HttpClientSettings {
  const { basic_auth, tls_config: tls } = config;
  const optional = (path: string | undefined) => (path === undefined ? undefined : pathOf(path));
  const authorization =
    config.authorization ??
    (config.bearer_token === undefined && config.bearer_token_file === undefined
      ? undefined
      : { type: "Bearer", credentials: config.bearer_token, credentials_file: config.bearer_token_file });
  return {
    basicAuth: basic_auth && {
      username: basic_auth.username ?? "",
      usernameFile: optional(basic_auth.username_file),
      password: basic_auth.password,
      passwordFile: optional(basic_auth.password_file),
    },
    authorization: authorization && {
      type: authorization.type,
      credentials: authorization.credentials,
      credentialsFile: optional(authorization.credentials_file),
    },
    tls: {
      ca: tls.ca,
      caFile: optional(tls.ca_file),
      cert: tls.cert,
      certFile: optional(tls.cert_file),
      key: tls.key,
      keyFile: optional(tls.key_file),
      serverName: tls.server_name,
      insecureSkipVerify: tls.insecure_skip_verify,
      minVersion: tls.min_version && tlsVersions[tls.min_version],
      maxVersion: tls.max_version && tlsVersions[tls.max_version],
    },
    followRedirects: config.follow_redirects,
    headers: Object.fromEntries(
      Object.entries(config.http_headers).map(([name, { values, secrets, files }]) => [
        name,
        [...values, ...secrets, ...files.map((file) => ({ file: pathOf(file) }))],
      ]),
    ),
  };
}

/** The finest schema whose buckets grow by at least `factor`: 2^(2^-schema) >= factor. */
function schemaOfFactor(factor: number): number {
  if (factor <= 1) return schemaMax;
  return Math.min(schemaMax, Math.max(schemaMin, Math.floor(0 - Math.log2(Math.log2(factor)))));
}

function ruleOf(config: RelabelConfig): RelabelRule {
  return {
    action: config.action,
    sourceLabels: config.source_labels ?? [],
    separator: config.separator ?? ";",
    source: config.regex ?? "(.*)",
    regex: compileAnchored(config.regex ?? "(.*)"),
    modulus: config.modulus ?? 0,
    targetLabel: config.target_label ?? "",
    replacement: config.replacement ?? "$1",
  };
}
