import { z } from "zod";
import { otlpSettings } from "./otlp.ts";
import { address, bytes, durationMs } from "./quantities.ts";
import { objectWithout } from "./scrape-http.ts";
import { checkInherited, globalReasons, globalShape, scrapeConfigs } from "./scrape.ts";
import { tlsServerConfig } from "./tls-server.ts";
import { redactionSettings } from "./redaction.ts";
import { limits } from "../model/limits.ts";

const day = "14d";

const retention = (age: string, size: string) =>
  z
    .strictObject({
      age: durationMs.prefault(age).describe("what is older is dropped; 0 keeps it for ever"),
      bytes: bytes.prefault(size).describe("past this size on disk the oldest is dropped; 0 is no limit"),
    })
    .prefault({});

/** Prometheus' own blocks that have no counterpart here: told by name to who brings a prometheus.yml along. */
const reasons = {
  alerting: "alerts go out from here",
  remote_write: "what is taken in is stored here; another server can scrape /federate or read /api/v1/read",
  remote_read: "only what is stored here is queried",
  scrape_config_files: "put the jobs into scrape_configs",
  storage: "see retention and metrics",
  tracing: "the server sends no spans of its own",
  runtime: "the server does not run on Go",
};

const rulePattern = z
  .string()
  .min(1)
  .regex(/^[^*]*(\*[^/]*)?$/, { error: "expected a path in whose last part may be *" });

const settings = objectWithout(
  {
    data: z.string().min(1).default("sightglass-data").describe("folder of the embedded engine and the spool"),
    listen: address.prefault("127.0.0.1:4319").describe("page, queries and every receiver that is not OTLP's own port"),
    otlp_grpc: address.prefault("127.0.0.1:4317").describe("OTLP over gRPC"),
    otlp_http: address.prefault("127.0.0.1:4318").describe("OTLP over HTTP"),
    tls_server_config: tlsServerConfig
      .optional()
      .describe("TLS on every listener, as in Prometheus' web configuration"),
    insecure: z.boolean().default(false).describe("allow addresses beyond loopback without a token"),
    store: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe("a ClickHouse server or cluster; without it the embedded engine is used"),
        database: z.string().default("sightglass").describe("made at the first start"),
        username: z
          .string()
          .default("default")
          .describe("needs CREATE, ALTER, DROP, INSERT and SELECT on the database"),
        password: z.string().default("").describe("better as ${ENV} than in the file"),
        cluster: z.string().optional().describe("name for ON CLUSTER; without it a single server is assumed"),
        collector: z
          .strictObject({
            traces: z
              .string()
              .min(1)
              .optional()
              .describe("as database.table: what it is given becomes spans and runs here"),
            logs: z.string().min(1).optional().describe("likewise: what it is given becomes logs here"),
          })
          .prefault({})
          .describe("tables of the same server that a Collector's clickhouse exporter fills"),
      })
      .prefault({}),
    auth: z
      .strictObject({
        tokens: z
          .array(
            z.strictObject({
              name: z.string().min(1).describe("named when it lacks a scope"),
              scopes: z
                .array(z.enum(["ingest", "read", "admin"]))
                .min(1)
                .describe("ingest, read, admin (which includes both)"),
              sha256: z
                .string()
                .regex(
                  /^[0-9a-f]{64}$/,
                  "expected the 64 hex digits of the token's SHA-256 (`printf %s TOKEN | sha256sum`)",
                )
                .describe("of the token; the token itself is never written down"),
            }),
          )
          .default([]),
      })
      .prefault({}),
    allowed_hosts: z
      .array(
        z.string().regex(/^(\*|\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*)$/i, {
          error: "expected a name without a port, such as sightglass.example, .example.com (all below it) or *",
        }),
      )
      .default([])
      .describe("names by which a server on loopback without tokens may be called, beside localhost and addresses"),
    cors: z
      .strictObject({
        origins: z.array(z.string()).default([]).describe("browser origins that may send OTLP over HTTP"),
      })
      .prefault({}),
    retention: z
      .strictObject({
        spans: retention(day, "20GiB"),
        logs: retention(day, "10GiB"),
        runs: retention("400d", "0"),
        samples: retention("400d", "20GiB").describe("metrics: samples, and as much of each of exemplars and labels"),
      })
      .prefault({}),
    metrics: z
      .strictObject({
        series_per_metric: z
          .int()
          .min(1)
          .default(limits.seriesPerMetricMax.value)
          .describe("series of one metric on one day; further ones go into its overflow series, and are counted"),
      })
      .prefault({}),
    otlp: otlpSettings.describe("how OTLP metrics become series, as in prometheus.yml"),
    redaction: redactionSettings,
    spool: z
      .strictObject({
        bytes: bytes.prefault("2GiB").describe("past this size requests are refused until the store catches up"),
      })
      .prefault({}),
    global: objectWithout(
      {
        ...globalShape,
        evaluation_interval: durationMs.prefault("1m").describe("how often rules are evaluated"),
        external_labels: z
          .record(z.string().min(1), z.string())
          .default({})
          .describe("labels that series get on their way to other servers: /federate and remote read"),
        rule_query_offset: durationMs
          .prefault("0s")
          .describe("how far back rules look and record, unless their group says so"),
      },
      globalReasons,
    ).prefault({}),
    rule_files: z.array(rulePattern).default([]).describe("files with recording rules, as in prometheus.yml"),
    scrape_configs: scrapeConfigs.default([]).describe("jobs to scrape, as in prometheus.yml"),
    derived: z
      .strictObject({
        span_metrics: z
          .array(z.enum(["tempo", "collector"]))
          .default(["tempo", "collector"])
          .describe(
            "names of span metrics: Tempo's traces_spanmetrics_*, the Collector's traces_span_metrics_*; [] for none",
          ),
        service_graph: z
          .boolean()
          .default(true)
          .describe("traces_service_graph_* from the spans of calls between services"),
      })
      .prefault({}),
    log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error"]).default("info") }).prefault({}),
  },
  reasons,
);

/** `sightglass.yaml`. Every key has a default; docs/reference/configuration.md is generated from this schema. */
export const configSchema = settings.superRefine(checkInherited);

export type Config = z.output<typeof configSchema> & {
  /** Where the file lies; relative paths of scrape_configs start here. */
  folder: string;
};
