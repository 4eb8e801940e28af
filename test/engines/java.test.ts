import { join } from "node:path";
import type { LogsResponse, RunResponse, RunsResponse, SpanDetail, TraceResponse } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "../app/server.ts";
import { installedEngine, isOnPath, runToEnd, TemporaryFolder } from "./command.ts";
import { rowsOf } from "./example.ts";

const jars = installedEngine("java/jars");
const agent = jars && join(jars, "opentelemetry-javaagent-2.21.0.jar");

/** With the SDK set up by itself, and with the agent, which brings its own and instruments the program's logger. */
const ways = {
  SDK: ["-Dotel.java.global-autoconfigure.enabled=true"],
  agent: [`-javaagent:${agent}`],
};

describe.skipIf(jars === undefined || !isOnPath("javac"))("OpenTelemetry for Java (needs javac and its jars)", () => {
  const classes = new TemporaryFolder("java");
  // The agent is no library.
  const classPath = [
    classes.path,
    ...["api", "common", "context"].map((name) => join(jars ?? "", `opentelemetry-${name}-1.55.0.jar`)),
  ];
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
    const source = join(import.meta.dirname, "java", "Pipeline.java");
    await runToEnd("javac", ["-cp", classPath.join(":"), "-d", classes.path, source]);
  });
  afterAll(async () => {
    await server?.dispose();
    classes.remove();
  });

  it.each([
    ["SDK", "grpc"],
    ["SDK", "http/protobuf"],
    ["agent", "grpc"],
    ["agent", "http/protobuf"],
  ] as const)(
    "%s over %s: a program that only sets pipeline.* is a run, with its logs and metrics",
    async (way, protocol) => {
      const pipeline = `${way}-${protocol.slice(0, 4)}`;
      const service = `java-${pipeline}`;
      const libraries = way === "SDK" ? [classes.path, `${jars}/*`] : classPath;
      await runToEnd(
        "java",
        ["-XX:TieredStopAtLevel=1", ...ways[way], "-cp", libraries.join(":"), "Pipeline", pipeline],
        {
          environment: {
            OTEL_SERVICE_NAME: service,
            OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
            OTEL_EXPORTER_OTLP_ENDPOINT: protocol === "grpc" ? server.otlpGrpc : server.otlpHttp,
            OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
            OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: protocol === "grpc" ? "delta" : "cumulative",
            OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: "BASE2_EXPONENTIAL_BUCKET_HISTOGRAM",
          },
        },
      );
      const latest = async () => (await server.get<RunsResponse>(`/api/runs?pipeline=${pipeline}`)).runs[0];
      await until(async () => (await latest())?.status === "failed", { what: () => `the run; ${server.output}` });
      const run = await server.get<RunResponse>(`/api/runs/${(await latest())?.id ?? ""}`);
      expect(run).toMatchObject({
        service,
        partition: "2001-01-13",
        origin: "otel",
        error: { type: "java.lang.IllegalStateException", message: "no such table" },
      });
      expect(rowsOf(run)).toEqual({ extract: [10, 10, null, null, null], load: [10, 7, null, null, null] });

      const trace = await server.get<TraceResponse>(`/api/traces/${run.traceId}`);
      const spans = trace.spans as SpanDetail[];
      const attributes = spans
        .find(({ name }) => name === "extract")
        ?.attributes.filter(({ key }) => !/^(pipeline|thread|code)\./.test(key));
      expect(attributes).toEqual([
        { key: "dry", value: { boolValue: true } },
        { key: "files", value: { arrayValue: { values: [{ stringValue: "a.csv" }, { stringValue: "b.csv" }] } } },
        { key: "ratio", value: { doubleValue: 0.5 } },
      ]);

      const bodies = async () =>
        (await server.get<LogsResponse>(`/api/runs/${run.id}/logs`)).logs.map(({ body }) => body).toSorted();
      const expected = way === "agent" ? ["b.csv has no header", "b.csv is slow"] : ["b.csv has no header"];
      await until(async () => (await bodies()).length === expected.length, { what: () => "the logs" });
      expect(await bodies()).toEqual(expected);

      const ask = async (query: string) => {
        const { data } = await server.get<{ data: { result: { value: [number, string] }[] } }>(
          `/api/v1/query?query=${encodeURIComponent(query)}`,
        );
        return data.result.map(({ value }) => value[1]);
      };
      const orders = `last_over_time(orders_total{job="${service}",region="eu"}[10m])`;
      await until(async () => (await ask(orders)).length > 0, { what: () => "the metrics" });
      expect(await ask(orders)).toEqual(["10"]);
      expect(await ask(`histogram_sum(last_over_time(latency_seconds{job="${service}"}[10m]))`)).toEqual(["3.3"]);
    },
  );
});
