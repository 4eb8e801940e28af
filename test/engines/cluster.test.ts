import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PipelinesResponse, RunResponse, RunsResponse, StatusResponse } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openClusterStore } from "../../packages/server/src/store/cluster/store.ts";
import { createCollectorTable, traceColumns } from "../../packages/server/src/store/testing/collector-columns.ts";
import { storeSuite } from "../../packages/server/src/store/store.suite.ts";
import { Server, until } from "../app/server.ts";
import { ClickHouseNodes, missingForCluster } from "./cluster/nodes.ts";
import { startOnClusterFront } from "./cluster/on-cluster-front.ts";
import { pipelineRuns, type Requests } from "./cluster/telemetry.ts";

const missing = missingForCluster();

describe.skipIf(missing.length > 0)(`a ClickHouse cluster (missing: ${missing.join(", ") || "nothing"})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-cluster-test-"));
  let nodes: ClickHouseNodes;
  let front: Awaited<ReturnType<typeof startOnClusterFront>>;
  beforeAll(async () => {
    nodes = await ClickHouseNodes.start("main", { shards: 2, replicas: 2 });
    front = await startOnClusterFront(nodes);
  });
  afterAll(async () => {
    await front?.close();
    await nodes?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const command = async (statement: string) => {
    const answer = await fetch(front.url, { method: "POST", body: statement });
    expect(await answer.text()).toBe("");
  };

  storeSuite(
    "two shards of two replicas",
    async () => {
      const store = await openClusterStore({ url: `${front.url}/suite?cluster=main` });
      return { store, close: () => store.close() };
    },
    { largeBlocks: 1 },
  );

  it("counts a token once, whichever replica takes the segment", async () => {
    const store = await openClusterStore({ url: `${front.url}/suite?cluster=main` });
    const path = join(folder, "segment.native");
    const rows = "SELECT toDateTime64(1795600000, 3, 'UTC') AS received_at, toString(number) AS name FROM numbers(100)";
    writeFileSync(path, await store.queryBytes(rows, "Native"));
    const spans = async () => (await store.query<{ spans: number }>("SELECT count() AS spans FROM spans"))[0]?.spans;
    const before = (await spans()) ?? 0;
    const insert = () => store.insertSegment({ table: "spans", path, token: "of-two-replicas" });
    await insert();
    for (const node of nodes.all.filter(({ replica }) => replica === 0)) {
      await node.kill();
      await insert();
      await node.start();
    }
    await settled(nodes, "suite");
    expect(await spans()).toBe(before + 100);
    await store.close();
  });

  describe("under a server", () => {
    const data = join(folder, "data");
    let server: Server;
    let embedded: Server;
    beforeAll(async () => {
      const table = "otel.otel_traces ON CLUSTER `main`";
      await command("CREATE DATABASE otel ON CLUSTER `main`");
      await command(createCollectorTable(table, traceColumns, "ReplicatedMergeTree"));
      const config = join(folder, "sightglass.yaml");
      writeFileSync(
        config,
        JSON.stringify({ store: { url: front.url, cluster: "main", collector: { traces: "otel.otel_traces" } } }),
      );
      server = await Server.start({ data, args: ["--config", config] });
      embedded = await Server.start();
    });
    afterAll(async () => {
      await server?.dispose();
      await embedded?.dispose();
    });

    it("answers as the embedded engine does", async () => {
      const nowMs = Date.now();
      const requests = pipelineRuns({ from: 0, runs: 24, nowMs });
      for (const each of [server, embedded]) {
        await send(each, requests);
        await folded(each, 24);
      }
      const range = `start=${nowMs / 1000 - 60}&end=${nowMs / 1000}&step=15`;
      const metrics = ["rows_seen_total", "sum(rows_seen_total)", "topk(3, rows_seen_total)"];
      for (const path of [
        "/api/pipelines",
        "/api/runs?limit=100",
        "/api/runs?status=failed",
        "/api/runs?pipeline=pipeline-1&limit=5",
        "/api/runs/run-3",
        "/api/runs/run-10",
        ...requests.traceIds.slice(0, 4).map((id) => `/api/traces/${id}`),
        "/jaeger/api/services",
        "/jaeger/api/services/cluster-test/operations",
        ...requests.traceIds.slice(0, 4).map((id) => `/jaeger/api/traces/${id}`),
        ...metrics.map((query) => `/api/v1/query_range?${range}&query=${encodeURIComponent(query)}`),
        `/api/v1/series?match[]=rows_seen_total&start=${nowMs / 1000 - 60}&end=${nowMs / 1000}`,
      ])
        expect(await server.get(path), path).toEqual(await embedded.get(path));
    });

    it("shows runs that a Collector writes to the nodes, past this server", async () => {
      const [span] = pipelineRuns({ from: 50, runs: 1, nowMs: Date.now() }).traceIds;
      const parts = ["extract", "load"].map((stage, index) => ({
        Timestamp: new Date(Date.now() - 2000 + index * 500).toISOString(),
        TraceId: span,
        SpanId: `000000000000000${index + 1}`,
        SpanName: stage,
        SpanKind: "Internal",
        ServiceName: "of-a-collector",
        SpanAttributes: { "pipeline.stage": stage, "pipeline.records.read": "7", "pipeline.records.written": "5" },
        Duration: 400_000_000,
        StatusCode: "Ok",
      }));
      const asExporter = "distributed_foreground_insert = 1, date_time_input_format = 'best_effort'";
      // One to a node of each shard: the view must bring them together.
      for (const [index, part] of parts.entries())
        await nodes.all[index * 2]?.query(
          `INSERT INTO otel.otel_traces SETTINGS ${asExporter} FORMAT JSONEachRow ${JSON.stringify(part)}`,
        );
      await until(async () => (await fetch(`${server.url}/api/runs/${span}`)).ok, {
        what: () => `the run; the server said: ${server.output}`,
      });
      const run = () => server.get<RunResponse>(`/api/runs/${span}`);
      await until(async () => (await run()).stages.length === 2, { what: () => "both stages" });
      const { pipeline, stages } = await run();
      expect({ pipeline, stages }).toMatchObject({
        pipeline: "of-a-collector",
        stages: [
          { name: "extract", status: "succeeded", recordsRead: 7, recordsWritten: 5, recordsUnexplained: 2 },
          { name: "load", status: "succeeded", recordsRead: 7, recordsWritten: 5, recordsUnexplained: 2 },
        ],
      });
      const { ledger } = await server.get<StatusResponse>("/api/status");
      expect(ledger.spans).toMatchObject({ received: 24 * 4, stored: 24 * 4 });
    });

    it("goes on when a replica of each shard is gone, and starts without them", async () => {
      const gone = nodes.all.filter(({ replica }) => replica === 0);
      await settled(nodes, "sightglass");
      for (const node of gone) await node.kill();
      await send(server, pipelineRuns({ from: 100, runs: 10, nowMs: Date.now() }));
      await folded(server, 35);
      await server.stop();
      server = await Server.start({ data, ports: server.ports, args: ["--config", join(folder, "sightglass.yaml")] });
      await send(server, pipelineRuns({ from: 200, runs: 10, nowMs: Date.now() }));
      await folded(server, 45);
      for (const node of gone) await node.start();
      await settled(nodes, "sightglass");
    });

    it("answers the same from the replicas that had been gone", async () => {
      const list = () => server.get<RunsResponse>("/api/runs?limit=100");
      const before = { runs: await list(), pipelines: await server.get<PipelinesResponse>("/api/pipelines") };
      for (const node of nodes.all.filter(({ replica }) => replica === 1)) await node.kill();
      expect({ runs: await list(), pipelines: await server.get("/api/pipelines") }).toEqual(before);
      const { ledger } = await server.get<StatusResponse>("/api/status");
      expect(ledger.spans).toMatchObject({ received: 44 * 4, stored: 44 * 4, refused: 0, spooled: 0 });
    });
  });
});

async function send({ otlpHttp }: Server, { traces, logs, metrics }: Requests): Promise<void> {
  for (const [path, body] of Object.entries({ traces, logs, metrics })) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${otlpHttp}/v1/${path}`, { method: "POST", headers, body });
    expect(await answer.text()).toBe("{}");
  }
}

async function folded(server: Server, count: number): Promise<void> {
  let runs: RunsResponse["runs"] = [];
  await until(
    async () => {
      ({ runs } = await server.get<RunsResponse>("/api/runs?limit=100"));
      return (
        runs.length === count && runs.every(({ status, recordsRead }) => status !== "running" && recordsRead !== null)
      );
    },
    {
      what: () => `${count} runs, of which there are ${runs.length}; the server said: ${server.output}`,
      timeoutMs: 60_000,
    },
  );
}

/** Each replica has what the other one has. */
async function settled(nodes: ClickHouseNodes, database: string): Promise<void> {
  for (const node of nodes.all) {
    const tables = await node.query(`SELECT table FROM system.replicas WHERE database = '${database}'`);
    for (const table of tables.split("\n")) {
      let failure = "";
      const sync = () =>
        node.query(`SYSTEM SYNC REPLICA ${database}.${table}`).then(
          () => true,
          (error: unknown) => {
            failure = String(error);
            return false;
          },
        );
      await until(sync, { what: () => `${table} on ${node.url} to catch up: ${failure}`, timeoutMs: 60_000 });
    }
  }
}
