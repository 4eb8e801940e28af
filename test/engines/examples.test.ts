import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { parquetReadObjects } from "hyparquet";
import { Kafka as KafkaClient, logLevel, Partitioners } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "../app/server.ts";
import { runToEnd } from "./command.ts";
import { endedRuns, Example, rowsOf } from "./example.ts";
import { kafka } from "./peers/kafka.ts";
import { moto } from "./peers/moto.ts";
import type { Peer } from "./peers/peer.ts";
import { postgresql } from "./peers/postgresql.ts";
import { redis } from "./peers/redis.ts";

/** Each program of examples/ with real servers: its runs, stages and rows are in Sightglass as they were. */

let server: Server;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sightglass-examples-"));
  server = await Server.start();
});
afterAll(async () => {
  await server?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Columns of `rowsOf`. */
const rows = (
  read: number,
  written: number,
  more: { failed?: number; filtered?: number; deduplicated?: number } = {},
) => [read, written, more.failed ?? null, more.filtered ?? null, more.deduplicated ?? null];

/** The rows that a program has put into PostgreSQL, read by psql: `pg` and this test's module conditions do not agree. */
async function query(url: string, sql: string): Promise<string> {
  return (await runToEnd("psql", [url, "-AtX", "-c", sql])).trim();
}

/** The value of an instant query, undefined when it has none. */
async function valueOf(promql: string): Promise<number | undefined> {
  const path = `/api/v1/query?query=${encodeURIComponent(promql)}`;
  const { data } = await server.get<{ data: { result: { value: [number, string] }[] } }>(path);
  const [first] = data.result;
  return first === undefined ? undefined : Number(first.value[1]);
}

describe.skipIf(!kafka.isInstalled() || !postgresql.isInstalled())(
  "kafka-to-postgres (needs kafka and postgresql)",
  () => {
    let peers: Peer[] = [];
    let broker = "";
    let database = "";
    beforeAll(async () => {
      peers = await Promise.all([kafka.start(), postgresql.start()]);
      broker = peers[0]?.variables["KAFKA_BROKER"] ?? "";
      database = peers[1]?.variables["POSTGRESQL_URL"] ?? "";
    }, 150_000);
    afterAll(() => Promise.all(peers.map((peer) => peer.stop())));

    it("loads what can be read, and counts the rest", async () => {
      const client = new KafkaClient({ brokers: [broker], logLevel: logLevel.NOTHING });
      const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      const order = (id: number) => JSON.stringify({ id, customer: `c${id % 7}`, cents: id * 100 });
      const values = [...Array.from({ length: 50 }, (_, id) => order(id)), order(3), order(4), "{", "null"];
      const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
      await producer.send({ topic: "orders", messages: values.map((value) => ({ value, headers })) });
      await producer.disconnect();

      const example = new Example("kafka-to-postgres", "pipeline", server, {
        KAFKA_BROKERS: broker,
        DATABASE_URL: database,
      });
      // The topic has partitions, so there may be several batches.
      const total = async () => {
        const runs = await endedRuns(server, "orders", 1, () => example.output);
        return runs.map(rowsOf).reduce<Record<string, number[]>>((sums, counts) => {
          for (const [stage, values] of Object.entries(counts))
            sums[stage] = values.map((value, index) => (value ?? 0) + (sums[stage]?.[index] ?? 0));
          return sums;
        }, {});
      };
      await until(async () => (await total())["decode"]?.[0] === values.length, {
        what: () => `all messages; the program said: ${example.output}`,
        timeoutMs: 60_000,
      });
      await until(async () => (await total())["load"]?.[0] === 52, { what: () => "all orders" });
      expect(await total()).toEqual({ decode: [54, 52, 2, 0, 0], load: [52, 50, 0, 0, 2] });
      expect(await example.stop()).toBe(0);

      expect(await query(database, "SELECT count(*), sum(cents) FROM orders")).toBe("50|122500");
      const [run] = await endedRuns(server, "orders", 1, () => example.output);
      const { spans } = await server.get<{ spans: { name: string; spanId: string; links: unknown[] }[] }>(
        `/api/traces/${run?.traceId ?? ""}`,
      );
      expect(spans.find(({ name }) => name === "decode")?.links).toEqual([
        expect.objectContaining({ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" }),
      ]);
    });
  },
);

describe.skipIf(!moto.isInstalled())("s3-to-parquet (needs moto)", () => {
  let peer: Peer;
  let endpoint = "";
  let client: S3Client;
  beforeAll(async () => {
    peer = await moto.start();
    endpoint = peer.variables["S3_ENDPOINT"] ?? "";
    client = new S3Client({
      endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await client.send(new CreateBucketCommand({ Bucket: "events" }));
  });
  afterAll(async () => {
    client?.destroy();
    await peer?.stop();
  });

  const run = async (day: string) => {
    const environment = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    const example = new Example("s3-to-parquet", "pipeline", server, environment, [day]);
    const code = await example.ended();
    return { code, output: example.output };
  };

  it("writes the day's events as Parquet, checked", async () => {
    const event = (id: number) => JSON.stringify({ id, at: "2026-11-20T10:00:00Z", kind: "click", value: id / 2 });
    const objects = [
      [...Array.from({ length: 30 }, (_, id) => event(id)), "{}"],
      Array.from({ length: 20 }, (_, id) => event(id + 30)),
    ];
    for (const [index, lines] of objects.entries()) {
      const Body = gzipSync(lines.join("\n"));
      await client.send(new PutObjectCommand({ Bucket: "events", Key: `raw/2026-11-20/${index}.ndjson.gz`, Body }));
    }
    expect(await run("2026-11-20")).toMatchObject({ code: 0 });

    const [found] = await endedRuns(server, "events", 1, () => "");
    expect(found).toMatchObject({ status: "succeeded", partition: "2026-11-20", recordsUnexplained: 0 });
    expect(found === undefined ? {} : rowsOf(found)).toEqual({
      extract: rows(51, 51),
      validate: rows(51, 50, { failed: 1 }),
      load: rows(50, 50),
    });
    expect(found?.failedRecords).toMatchObject([{ stage: "validate", reason: "ZodError", count: 1 }]);

    const { Body } = await client.send(new GetObjectCommand({ Bucket: "events", Key: "parquet/2026-11-20.parquet" }));
    const file = new Uint8Array((await Body?.transformToByteArray()) ?? []).buffer;
    const written = await parquetReadObjects({ file });
    expect(written).toHaveLength(50);
    expect(written[49]).toEqual({ id: 49n, at: new Date("2026-11-20T10:00:00Z"), kind: "click", value: 24.5 });

    // The verdicts are series, too.
    await until(async () => (await valueOf(`dq_row_count{dq_table="events",dq_partition="2026-11-20"}`)) === 50, {
      what: () => "dq_row_count",
    });
    expect(await valueOf(`dq_completeness_ratio{dq_table="events",dq_column="value"}`)).toBe(1);
    expect(await valueOf(`data_quality_score{table="events"}`)).toBe(1);
  });

  it("fails for a day that is missing", async () => {
    const { code, output } = await run("2026-11-21");
    expect(code).toBe(1);
    expect(output).toContain("the day is missing");
    const runs = await endedRuns(server, "events", 2, () => output);
    expect(runs.map(({ status }) => status)).toEqual(["succeeded", "failed"]);
  });
});

describe.skipIf(!postgresql.isInstalled())("http-to-database (needs postgresql)", () => {
  let peer: Peer;
  let database = "";
  let api: HttpServer;
  let refusals = 1;
  const traces = new Set<string | undefined>();
  beforeAll(async () => {
    peer = await postgresql.start();
    database = peer.variables["POSTGRESQL_URL"] ?? "";
    api = createServer((request, response) => {
      traces.add(String(request.headers["traceparent"]).split("-")[1]);
      if (request.url === "/customers/pages") return void response.end(JSON.stringify({ pages: 5 }));
      const page = Number(/page=(\d+)/.exec(request.url ?? "")?.[1]);
      if (page === 3 && refusals-- > 0) return void response.writeHead(503).end();
      const customers = Array.from({ length: 20 }, (_, index) => {
        const id = page * 100 + index;
        return { id, email: index === 0 ? null : `c${id}@example.org`, isTest: index === 1 };
      });
      response.end(JSON.stringify(customers));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => api.once("listening", resolve));
  });
  afterAll(async () => {
    api?.close();
    await peer?.stop();
  });

  it("loads all pages, tries again, and counts by outcome", async () => {
    const environment = {
      API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
      DATABASE_URL: database,
    };
    for (let run = 1; run <= 2; run++) {
      const example = new Example("http-to-database", "pipeline", server, environment);
      expect({ code: await example.ended(), output: example.output }).toMatchObject({ code: 0 });
    }
    const runs = await endedRuns(server, "customers", 2, () => "");
    for (const run of runs)
      expect(rowsOf(run)).toEqual({ extract: rows(5, 5), load: rows(100, 90, { failed: 5, filtered: 5 }) });
    expect(runs[0]?.failedRecords).toMatchObject([{ stage: "load", reason: "23502", count: 5 }]);
    expect(await query(database, "SELECT count(*) FROM customers")).toBe("90");
    // The API saw the traces of the runs, and both attempts at the refused page are spans.
    expect(runs.map(({ traceId }) => traces.has(traceId))).toEqual([true, true]);
    const { spans } = await server.get<{ spans: { name: string }[] }>(`/api/traces/${runs[0]?.traceId ?? ""}`);
    expect(spans.filter(({ name }) => name === "attempt extract")).toHaveLength(2);
    // Deltas of two short processes come to one sum.
    await until(async () => (await valueOf("sum(customers_synced_total)")) === 180, { what: () => "both deltas" });
    expect(await valueOf(`customers_synced_total{outcome="updated"}`)).toBe(90);
  });
});

describe("cron-job", () => {
  it("runs on schedule until it is told to stop", async () => {
    const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    // Of yesterday; of today too, since midnight may come in between.
    const days = [dayAgo(1), dayAgo(0)];
    mkdirSync(join(folder, "sales"));
    const sales = "currency,amount\nEUR,10\nEUR,2.5\nUSD,4\nCHF,1\nEUR,x\n";
    for (const day of days) writeFileSync(join(folder, "sales", `${day}.csv`), sales);
    const example = new Example("cron-job", "job", server, {
      SALES_FOLDER: join(folder, "sales"),
      CRON: "* * * * * *",
      HEALTH_PORT: "0",
    });
    const [run] = await endedRuns(server, "nightly-totals", 2, () => example.output);
    expect(run).toMatchObject({ status: "succeeded", recordsUnexplained: 0 });
    const day = run?.partition ?? "";
    expect(days).toContain(day);
    expect(run === undefined ? {} : rowsOf(run)).toEqual({
      extract: rows(5, 5),
      aggregate: rows(5, 3, { failed: 1 }),
      load: rows(3, 3),
    });
    const port = /port (\d+)/.exec(example.output)?.[1] ?? "";
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
    expect(await example.stop()).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, "sales", `${day}.totals.json`), "utf8"))).toEqual({
      EUR: 12.5,
      USD: 4,
      other: 1,
    });
    await until(async () => ((await valueOf(`revenue_processed_total{currency="EUR"}`)) ?? 0) >= 25, {
      what: () => "revenue_processed_total",
    });
    expect(await valueOf("process_memory_usage_bytes")).toBeGreaterThan(10e6);
  });
});

describe.skipIf(!redis.isInstalled())("bullmq-worker (needs redis-server)", () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await redis.start();
  });
  afterAll(() => peer?.stop());

  it("makes each attempt a run within the producer's trace", async () => {
    const environment = peer.variables;
    const worker = new Example("bullmq-worker", "worker", server, environment);
    const images = ["a.png", "b.png", "c.broken"];
    const producer = new Example("bullmq-worker", "producer", server, environment, images);
    expect({ code: await producer.ended(), output: producer.output }).toMatchObject({ code: 0 });
    // Two that work, and one with three attempts.
    const runs = await endedRuns(server, "resize", 5, () => worker.output);
    expect({ code: await worker.stop(), output: worker.output }).toMatchObject({ code: 0 });
    const [gallery] = await endedRuns(server, "gallery", 1, () => producer.output);
    expect(gallery === undefined ? {} : rowsOf(gallery)).toEqual({ enqueue: rows(3, 3) });

    expect(runs.map(({ partition, status }) => `${partition ?? ""} ${status}`).toSorted()).toEqual([
      "a.png succeeded",
      "b.png succeeded",
      "c.broken failed",
      "c.broken failed",
      "c.broken failed",
    ]);
    expect(new Set(runs.map(({ traceId }) => traceId))).toEqual(new Set([gallery?.traceId]));
    const good = runs.find(({ partition }) => partition === "a.png");
    expect(good === undefined ? {} : rowsOf(good)).toEqual({ render: rows(1, 1), publish: rows(3, 3) });
    await until(async () => (await valueOf(`queue_jobs{state="failed"}`)) === 1, { what: () => "the queue's lengths" });
  });
});
