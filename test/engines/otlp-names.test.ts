import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "../app/server.ts";
import { hasPrometheus, Prometheus } from "./prometheus-process.ts";

/** One after the other: the configuration changes between them. */
describe("names of OTLP metrics, by Prometheus' own settings", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-names-"));
  const file = join(folder, "sightglass.yaml");
  const rules = {
    groups: [{ name: "g", interval: "1s", rules: [{ record: "sizes", expr: 'sum({"payload.size"})' }] }],
  };
  const configure = (otlp: object) => writeFileSync(file, JSON.stringify({ otlp, rule_files: ["rules.json"] }));
  let server: Server;
  beforeAll(async () => {
    writeFileSync(join(folder, "rules.json"), JSON.stringify(rules));
    configure({ translation_strategy: "NoTranslation", promote_resource_attributes: ["team.name"] });
    server = await Server.start({ args: ["--config", file] });
  });
  afterAll(async () => {
    await server?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = async () => {
    const exporter = new OTLPMetricExporter({ url: `${server.otlpHttp}/v1/metrics` });
    const provider = new MeterProvider({
      resource: resourceFromAttributes({ "service.name": "shop", "service.instance.id": "i", "team.name": "core" }),
      readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
      views: [{ instrumentName: "payload.size", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
    });
    const meter = provider.getMeter("m");
    meter.createHistogram("http.server.duration", { unit: "ms" }).record(7, { "http.route": "/höfe" });
    meter.createHistogram("payload.size", { unit: "By" }).record(1000, { "http.route": "/" });
    await provider.shutdown();
  };
  const found = async (url: string, query: string) => {
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await answer.json()) as { data: { result: { metric: object; value: [number, string] }[] } };
    return data.result.map(({ metric, value: [, value] }) => ({ metric, value }));
  };
  const has = (url: string, query: string, said: () => string) =>
    until(async () => (await found(url, query)).length > 0, { what: () => `${query}: ${said()}` });

  it("keeps names of UTF-8 as they are, in queries and in lists of names", async () => {
    await send();
    await has(server.url, '{"http.server.duration_count"}', () => server.output);
    expect(await found(server.url, '{"http.server.duration_count"}')).toMatchObject([
      { metric: { "http.route": "/höfe", "team.name": "core", job: "shop", instance: "i" }, value: "1" },
    ]);
    const values = await server.get<{ data: string[] }>("/api/v1/label/U__http_2e_route/values");
    expect(values.data).toEqual(["/", "/höfe"]);
    const metadata = await server.get<{ data: object }>("/api/v1/metadata?metric=http.server.duration");
    expect(metadata.data).toMatchObject({ "http.server.duration": [{ type: "histogram", unit: "milliseconds" }] });
  });

  it.skipIf(!hasPrometheus)("is federated with native histograms (needs prometheus)", async () => {
    await has(server.url, "histogram_count(sizes)", () => server.output);
    const federating = await Prometheus.start(
      JSON.stringify({
        scrape_configs: [
          {
            job_name: "federate",
            scrape_interval: "1s",
            honor_labels: true,
            metrics_path: "/federate",
            params: { "match[]": ['{__name__=~"sizes|payload.size"}'] },
            static_configs: [{ targets: [new URL(server.url).host] }],
          },
        ],
      }),
      ["--enable-feature=native-histograms"],
    );
    try {
      for (const name of ["sizes", "payload_size"]) {
        await has(federating.url, `histogram_count(${name})`, () => federating.output);
        const query = `histogram_quantile(0.5, ${name})`;
        const [theirs] = await found(federating.url, query);
        const [own] = await found(server.url, query.replace("payload_size", '{"payload.size"}'));
        // Prometheus 2 interpolates otherwise within a bucket, which is narrow here.
        expect(Number(theirs?.value) / Number(own?.value), name).toBeCloseTo(1, 5);
      }
    } finally {
      await federating.dispose();
    }
  });

  it("goes over to other names when the configuration is read again, and not with a fault in it", async () => {
    configure({ translation_strategy: "Underscores" });
    const refused = await fetch(`${server.url}/-/reload`, { method: "POST" });
    expect(refused.status).toBe(500);
    expect(await refused.text()).toContain("otlp.translation_strategy: expected one of Underscore");
    configure({ translation_strategy: "UnderscoreEscapingWithSuffixes", promote_scope_metadata: false });
    expect((await fetch(`${server.url}/-/reload`, { method: "POST" })).status).toBe(200);
    await send();
    await has(server.url, "http_server_duration_milliseconds_count", () => server.output);
    expect(await found(server.url, "http_server_duration_milliseconds_count")).toEqual([
      {
        metric: {
          __name__: "http_server_duration_milliseconds_count",
          http_route: "/höfe",
          instance: "i",
          job: "shop",
        },
        value: "1",
      },
    ]);
  });
});
