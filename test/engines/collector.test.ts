import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunResponse, TraceResponse } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, Server, until } from "../app/server.ts";
import { ClickHouseNodes, missingForCluster } from "./cluster/nodes.ts";
import { pipelineRuns } from "./cluster/telemetry.ts";
import { accepts, Command, installedEngine, runToEnd, TemporaryFolder } from "./command.ts";

const otelcol = installedEngine("otelcol/otelcol");

const json = { "content-type": "application/json" };

/** A Collector with one exporter, for all signals. */
async function startCollector(folder: TemporaryFolder, exporter: string, settings: object) {
  const port = await freePort();
  const path = join(folder.path, `${port}.yaml`);
  const pipeline = { receivers: ["otlp"], processors: ["batch"], exporters: [exporter] };
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    processors: { batch: { timeout: "50ms" } },
    exporters: { [exporter]: settings },
    service: {
      telemetry: { metrics: { level: "none" } },
      pipelines:
        exporter === "clickhouse"
          ? { traces: pipeline, logs: pipeline }
          : { traces: pipeline, logs: pipeline, metrics: pipeline },
    },
  };
  writeFileSync(path, JSON.stringify(config));
  const command = new Command(otelcol ?? "", ["--config", path]);
  await until(
    async () => {
      if (command.hasEnded) throw new Error(`the Collector ended: ${command.output}`);
      return accepts(port);
    },
    { what: () => `the Collector; it said: ${command.output}` },
  );
  return { command, url: `http://127.0.0.1:${port}` };
}

async function send(url: string, bodies: Record<string, string>): Promise<void> {
  for (const [signal, body] of Object.entries(bodies)) {
    const answer = await fetch(`${url}/v1/${signal}`, { method: "POST", headers: json, body });
    expect(answer.status, await answer.text()).toBe(200);
  }
}

describe.skipIf(otelcol === undefined)("the OpenTelemetry Collector (needs .ci/install-engines)", () => {
  const folder = new TemporaryFolder("collector");
  const guide = readFileSync("docs/guides/collector.md", "utf8");
  let server: Server;
  let direct: Server;
  beforeAll(async () => {
    server = await Server.start();
    direct = await Server.start();
  });
  afterAll(async () => {
    await server?.dispose();
    await direct?.dispose();
    folder.remove();
  });

  it.each([...guide.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""], index) => [index + 1, text] as const))(
    "accepts configuration %i of the guide",
    async (index, text) => {
      const path = join(folder.path, `guide-${index}.yaml`);
      writeFileSync(path, text);
      await runToEnd(otelcol ?? "", ["validate", "--config", path], { environment: { SIGHTGLASS_TOKEN: "t" } });
    },
  );

  const grpc = () => ({ endpoint: `127.0.0.1:${server.ports.grpc}`, tls: { insecure: true } });
  const http = () => ({ endpoint: server.otlpHttp });
  const ways: [string, string, () => object][] = [
    ["gRPC, gzip", "otlp_grpc", grpc],
    ["gRPC, Snappy", "otlp_grpc", () => ({ ...grpc(), compression: "snappy" })],
    ["HTTP, gzip", "otlp_http", http],
    ["HTTP, Snappy", "otlp_http", () => ({ ...http(), compression: "snappy" })],
    ["HTTP, framed Snappy", "otlp_http", () => ({ ...http(), compression: "x-snappy-framed" })],
    ["HTTP, zlib", "otlp_http", () => ({ ...http(), compression: "zlib" })],
    ["JSON", "otlp_http", () => ({ ...http(), encoding: "json" })],
  ];
  it.each(ways)("hands on what it was given as if it had not been there: %s", async (name, exporter, settings) => {
    const number = 1 + ways.findIndex(([other]) => other === name);
    const { traceIds, ...bodies } = pipelineRuns({ from: number, runs: 1, nowMs: Date.now() });
    const [id = ""] = traceIds;
    const collector = await startCollector(folder, exporter, settings());
    try {
      await send(collector.url, bodies);
      await send(direct.otlpHttp, bodies);
      const series = `/api/v1/query?query=${encodeURIComponent(`last_over_time(rows_seen_total{run="${number}"}[10m])`)}`;
      for (const [path, isThere] of [
        [`/api/traces/${id}`, ({ spans, runId }: TraceResponse) => spans.length === 4 && runId !== null],
        [`/api/traces/${id}/logs`, ({ logs }: { logs: unknown[] }) => logs.length === 1],
        [series, ({ data }: { data: { result: unknown[] } }) => data.result.length === 1],
      ] as const) {
        const answers: unknown[] = [];
        for (const each of [server, direct]) {
          const what = () => `${path} of ${each.url}: ${collector.command.output} ${each.output}`;
          await until(async () => (await answerOf(each, path, isThere)) !== undefined, {
            what,
          });
          answers.push(await answerOf(each, path, isThere));
        }
        expect(withoutTime(answers[0])).toEqual(withoutTime(answers[1]));
      }
    } finally {
      await collector.command.end();
    }
  });
});

/** What is at a path once it is whole; undefined until then. */
async function answerOf(server: Server, path: string, isThere: (answer: never) => boolean): Promise<unknown> {
  const answer = await fetch(server.url + path);
  if (!answer.ok) return undefined;
  const body = (await answer.json()) as never;
  return isThere(body) ? body : undefined;
}

/** An instant query says when it was asked. */
const withoutTime = (answer: unknown) =>
  JSON.parse(JSON.stringify(answer).replace(/"value":\[[\d.]+,/g, '"value":[0,')) as unknown;

const missing = missingForCluster();

describe.skipIf(otelcol === undefined || missing.length > 0)(
  `the Collector's clickhouse exporter (missing: ${missing.join(", ") || "nothing but .ci/install-engines"})`,
  () => {
    const folder = new TemporaryFolder("collector-clickhouse");
    let nodes: ClickHouseNodes;
    beforeAll(async () => {
      nodes = await ClickHouseNodes.start("main", { shards: 1, replicas: 1 });
    });
    afterAll(async () => {
      await nodes?.dispose();
      folder.remove();
    });

    it.each(["http", "tcp"] as const)("makes tables by %s of which runs and logs are made here", async (protocol) => {
      const [node] = nodes.all;
      const database = `otel_${protocol}`;
      const endpoint = `${protocol}://127.0.0.1:${protocol === "tcp" ? node?.tcpPort : new URL(node?.url ?? "").port}`;
      const collector = await startCollector(folder, "clickhouse", {
        endpoint,
        database,
        create_schema: true,
        async_insert: false,
      });
      const config = join(folder.path, `sightglass-${protocol}.yaml`);
      const tables = { traces: `${database}.otel_traces`, logs: `${database}.otel_logs` };
      writeFileSync(
        config,
        JSON.stringify({ store: { url: `${node?.url}/sightglass_${protocol}`, collector: tables } }),
      );
      const server = await Server.start({ args: ["--config", config] });
      try {
        // The third run drops rows.
        const { traceIds, traces, logs } = pipelineRuns({ from: 3, runs: 1, nowMs: Date.now() });
        await send(collector.url, { traces, logs });
        const path = `/api/runs/${traceIds[0]}`;
        const run = async () =>
          (await fetch(server.url + path).then((answer) => answer.json())) as Partial<RunResponse>;
        await until(async () => (await run()).status === "succeeded", {
          what: () => `the run; the Collector said: ${collector.command.output}`,
        });
        expect(await run()).toMatchObject({
          pipeline: "pipeline-1",
          partition: "part-3",
          recordsRead: 103,
          recordsWritten: 103,
          stages: [{ name: "extract" }, { name: "transform", recordsUnexplained: 7 }, { name: "load" }],
        });
        const said = async () =>
          (await server.get<{ logs: { body: string }[] }>(`${path}/logs`)).logs.map(({ body }) => body);
        await until(async () => (await said()).length > 0, { what: () => "the log" });
        expect(await said()).toEqual(["run 3 says so"]);
      } finally {
        await server.dispose();
        await collector.command.end();
      }
    });
  },
);
