import { describe, expect, it } from "vitest";
import { loadConfig } from "./load.ts";
import { scrapeJobs } from "./scrape-jobs.ts";

const load = (text: string) => loadConfig({ source: { file: "/etc/sightglass/s.yaml", text }, environment: {} });
const jobs = (text: string) => {
  const config = load(text);
  return scrapeJobs(config, config.folder);
};

describe("scrape_configs", () => {
  it("fills in Prometheus' defaults", () => {
    const [job] = jobs("scrape_configs:\n  - job_name: a\n    static_configs: [{targets: ['h:1'], labels: {x: y}}]");
    expect(job).toMatchObject({
      name: "a",
      intervalMs: 60_000,
      timeoutMs: 10_000,
      metricsPath: "/metrics",
      scheme: "http",
      honorLabels: false,
      honorTimestamps: true,
      protocols: ["OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4"],
      enableCompression: true,
      limits: { samplesMax: 0 },
      staticGroups: [{ targets: ["h:1"], labels: { x: "y" } }],
      client: { followRedirects: true },
    });
  });

  it("takes from global what a job does not say, and a timeout no longer than the interval", () => {
    const text =
      "global: {scrape_interval: 5s, sample_limit: 7, scrape_native_histograms: true}\n" +
      "scrape_configs: [{job_name: a}, {job_name: b, sample_limit: 0, scrape_interval: 30s}]";
    expect(jobs(text)).toMatchObject([
      { intervalMs: 5000, timeoutMs: 5000, limits: { samplesMax: 7 }, nativeHistograms: true },
      { intervalMs: 30_000, timeoutMs: 10_000, limits: { samplesMax: 7 } },
    ]);
    expect(jobs(text)[0]?.protocols[0]).toBe("PrometheusProto");
  });

  it("cuts the timeout of global to a job's shorter interval", () => {
    const text = "global: {scrape_timeout: 10s}\nscrape_configs: [{job_name: a, scrape_interval: 5s}, {job_name: b}]";
    expect(jobs(text)).toMatchObject([{ timeoutMs: 5000 }, { timeoutMs: 10_000 }]);
  });

  it.each([
    // Prometheus' table of factors and the schemas that they lead to (configuration, native_histogram_min_bucket_factor).
    [65_536, -4],
    [256, -3],
    [4, -1],
    [2, 0],
    [1.4, 1],
    [1.1, 2],
    [1.02, 5],
    [1.002, 8],
    [0, 8],
    [1e9, -4],
  ])("takes a bucket factor of %d for a schema of at most %d", (factor, schema) => {
    const text = `scrape_configs: [{job_name: a, native_histogram_min_bucket_factor: ${factor}}]`;
    expect(jobs(text)[0]?.resolution).toEqual({ schemaMax: schema, bucketsMax: 0 });
  });

  it("reads a plain scalar as the type that is wanted, as it is written", () => {
    const text =
      "global: {external_labels: {shard: 010, zone: true}}\nscrape_configs:\n  - job_name: 500\n    honor_labels: yes\n" +
      "    params: {depth: [1.50]}\n    static_configs: [{targets: ['h:1'], labels: {shard: 0x1F}}]\n" +
      "    relabel_configs: [{source_labels: [a], regex: 1, target_label: b, replacement: 2}]";
    expect(load(text).global.external_labels).toEqual({ shard: "010", zone: "true" });
    expect(jobs(text)[0]).toMatchObject({
      name: "500",
      honorLabels: true,
      params: { depth: ["1.50"] },
      staticGroups: [{ labels: { shard: "0x1F" } }],
      relabelRules: [{ source: "1", replacement: "2" }],
    });
  });

  it("reads what else an HTTP client may have", () => {
    const [job] = jobs(
      "scrape_configs:\n  - job_name: a\n    basic_auth: {username_file: user, password_file: /p}\n" +
        "    tls_config: {max_version: TLS12}\n    http_headers: {X-Key: {values: [a], files: [key]}}",
    );
    expect(job?.client).toMatchObject({
      basicAuth: { usernameFile: "/etc/sightglass/user", passwordFile: "/p" },
      tls: { maxVersion: "TLSv1.2" },
      headers: { "X-Key": ["a", { file: "/etc/sightglass/key" }] },
    });
  });

  it("takes keys of a relabelling that say what is so anyway, and sizes in Prometheus' units", () => {
    const [job] = jobs(
      "scrape_configs:\n  - job_name: a\n    body_size_limit: 10MB\n" +
        "    relabel_configs: [{action: labeldrop, regex: x, separator: ;, replacement: $1}]",
    );
    expect(job).toMatchObject({ limits: { bodyBytesMax: 10 * 2 ** 20 }, relabelRules: [{ action: "labeldrop" }] });
  });

  it("reads relative paths from the file's folder", () => {
    const [job] = jobs(
      "scrape_configs:\n  - job_name: a\n    authorization: {credentials_file: token}\n    file_sd_configs: [{files: [targets/*.json, /abs/x.yml]}]",
    );
    expect(job?.fileDiscoveries[0]?.files).toEqual(["/etc/sightglass/targets/*.json", "/abs/x.yml"]);
    expect(job?.client.authorization?.credentialsFile).toBe("/etc/sightglass/token");
  });

  it("keeps references to groups apart from the environment", () => {
    const [job] = jobs(
      "scrape_configs:\n  - job_name: a\n    relabel_configs: [{source_labels: [x], target_label: y, action: REPLACE, replacement: '${1}-$2'}]",
    );
    expect(job?.relabelRules[0]).toMatchObject({ action: "replace", replacement: "${1}-$2", separator: ";" });
  });

  it("asks for names of UTF-8 as it takes them", () => {
    const text =
      "global: {metric_name_validation_scheme: legacy, keep_dropped_targets: 5}\n" +
      "scrape_configs: [{job_name: a}, {job_name: b, metric_name_validation_scheme: utf8, keep_dropped_targets: 0}, " +
      "{job_name: c, metric_name_escaping_scheme: dots}]";
    const utf8 =
      "global: {metric_name_escaping_scheme: allow-utf-8}\n" +
      "scrape_configs: [{job_name: a, metric_name_validation_scheme: legacy}]";
    expect(jobs(utf8)).toMatchObject([{ escaping: "underscores", allowsUtf8Names: false }]);
    expect(jobs(text)).toMatchObject([
      { escaping: "underscores", allowsUtf8Names: false, droppedTargetsMax: 5 },
      { escaping: "allow-utf-8", allowsUtf8Names: true, droppedTargetsMax: 5 },
      { escaping: "dots", allowsUtf8Names: false },
    ]);
  });

  it("never shows a secret", () => {
    const config = load("scrape_configs: [{job_name: a, basic_auth: {username: u, password: hidden}}]");
    expect(JSON.stringify(config)).not.toContain("hidden");
    expect(scrapeJobs(config, ".")[0]?.client.basicAuth?.password?.reveal()).toBe("hidden");
  });

  const job = (text: string) => `scrape_configs:\n  - job_name: a\n    ${text}`;
  it.each([
    ["scrape_configs:\n  - {}", /^\/etc\/sightglass\/s.yaml:2:5: scrape_configs.0.job_name: /],
    ["scrape_configs:\n  - job_name: a\n  - job_name: a", /s.yaml:3:15: .*the job "a" occurs twice/],
    [
      job("kubernetes_sd_configs: []"),
      /s.yaml:3:5: .*kubernetes_sd_configs is not supported: targets come from static_/,
    ],
    [job("oauth2: {}"), /s.yaml:3:5: .*oauth2 is not supported: use authorization/],
    [job("proxy_url: http://p"), /s.yaml:3:5: .*proxy_url is not supported/],
    [job("no_such: 1"), /s.yaml:3:5: .*unknown setting "no_such"/],
    [job("metric_name_escaping_scheme: hex"), /s.yaml:3:34: .*expected one of allow-utf-8, underscores, dots, values/],
    [
      job("metric_name_validation_scheme: legacy\n    metric_name_escaping_scheme: allow-utf-8"),
      /s.yaml:4:34: scrape_configs.0.metric_name_escaping_scheme: allow-utf-8 needs metric_name_validation_scheme utf8/,
    ],
    ["remote_write: []", /s.yaml:1:1: remote_write is not supported: what is taken in is stored here/],
    ["scrape_configs:\n  - \n  - job_name: a", /s.yaml:2:5: scrape_configs.0: .*received null/],
    [job("oci_sd_configs: []"), /s.yaml:3:5: .*oci_sd_configs is not supported: targets come from/],
    [
      job("relabel_configs: [{action: lowercase, target_label: x, replacement: y}]"),
      /s.yaml:3:73: .*replacement has no effect with the action lowercase/,
    ],
    ["rule_files: ['my/*/rule']", /s.yaml:1:14: rule_files.0: expected a path in whose last part/],
    [job("honor_labels: maybe"), /s.yaml:3:19: .*expected boolean/],
    [job("basic_auth: {password_ref: x}"), /s.yaml:3:18: .*password_ref is not supported: there is no secret manager/],
    [job("native_histogram_bucket_limit: -1"), /s.yaml:3:36: .*native_histogram_bucket_limit: .*>=0/],
    [job("native_histogram_min_bucket_factor: fine"), /s.yaml:3:41: .*expected number/],
    ["global: {query_log_file: x}", /s.yaml:1:10: .*query_log_file is not supported: /],
    [job("scrape_interval: 5"), /s.yaml:3:22: .*scrape_interval/],
    [job("scrape_interval: 0s"), /expected more than 0/],
    [job("scrape_timeout: 2m"), /s.yaml:3:21: .*the timeout is longer than the interval/],
    [job("static_configs: [{targets: ['http://x/y']}]"), /s.yaml:3:33: .*"http:\/\/x\/y" is no HOST:PORT/],
    [job("scrape_protocols: [Text]"), /s.yaml:3:24: .*expected one of PrometheusProto, /],
    [job("file_sd_configs: [{files: [a.txt]}]"), /s.yaml:3:32: .*ends in .json, .yml or .yaml/],
    [job("http_sd_configs: [{url: 'ftp://x'}]"), /s.yaml:3:29: /],
    [
      job("bearer_token: x\n    basic_auth: {username: u}"),
      /s.yaml:3:19: .*set at most one of basic_auth, bearer_token/,
    ],
    [job("authorization: {type: Basic}"), /use basic_auth/],
    [job("tls_config: {cert_file: c}"), /s.yaml:3:17: .*a client certificate needs both/],
    [job("relabel_configs: [{action: explode}]"), /s.yaml:3:32: .*expected one of replace, keep,/],
    [job("relabel_configs: [{regex: '('}]"), /s.yaml:3:31: .*missing closing \)/],
    [job("relabel_configs: [{regex: '(?=x)'}]"), /s.yaml:3:31: .*unsupported Perl syntax/],
    [job("relabel_configs: [{source_labels: [x]}]"), /s.yaml:3:23: .*the action replace needs target_label/],
    [job("relabel_configs: [{action: hashmod, target_label: x}]"), /the action hashmod needs modulus/],
    [
      job("relabel_configs: [{action: labeldrop, source_labels: [x]}]"),
      /source_labels has no effect with the action labeldrop/,
    ],
  ])("refuses %j and says where", (text, message) => expect(() => load(text)).toThrow(message));
});
