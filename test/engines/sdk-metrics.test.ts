import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, Server, until } from "../app/server.ts";
import { Command, isInstalled } from "./command.ts";
import { hasPrometheus, hasPromtool, Prometheus } from "./prometheus-process.ts";

/** Metrics of the SDK, as Prometheus' own programs and Sightglass take them. */

const program = join(import.meta.dirname, "programs/metrics.mjs");

/** Each with what it must be, wherever it was taken: the labels of the way there are left out. */
const expected: [query: string, value: number][] = [
  [`revenue_processed_total{currency="EUR"}`, 12.5],
  [`revenue_processed_total{currency="other"}`, 4],
  [`sum(rows_read_total)`, 10],
  [`count(rows_read_total)`, 4],
  [`rows_read_total{table="t\\"0\\\\\\n"}`, 1],
  [`request_duration_seconds_count{outcome="ok"}`, 3],
  [`request_duration_seconds_bucket{le="0.25"}`, 2],
  [`page_size_bytes_sum`, 500_500],
  [`page_size_bytes_count`, 1000],
  [`page_size_bytes{quantile="0.5"} > bool 490`, 1],
  [`pool_used_ratio`, 0.25],
  [`open_files`, 7],
  [`queue_depth{queue="in"}`, 42],
  [`dq_row_count{dq_table="orders",dq_partition="d1"}`, 2],
  [`dq_uniqueness_ratio{dq_column="id"}`, 0.5],
  [`data_quality_score{table="orders"} < bool 1`, 1],
  [`process_memory_usage_bytes > bool 1e7`, 1],
];

async function valueOf(url: string, query: string): Promise<number | undefined> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  const [first] = data.result;
  return first === undefined ? undefined : Number(first.value[1]);
}

async function expectAll(url: string, but: readonly string[] = []): Promise<void> {
  const [last] = expected.at(-1) ?? ["", 0];
  await until(async () => (await valueOf(url, last)) !== undefined, {
    what: () => `metrics at ${url}`,
    timeoutMs: 60_000,
  });
  const queries = expected.filter(([query]) => !but.includes(query));
  const actual = await Promise.all(queries.map(async ([query]) => [query, await valueOf(url, query)]));
  expect(actual).toEqual(queries);
}

describe.skipIf(!hasPrometheus || !hasPromtool)("/metrics of the SDK (needs prometheus)", () => {
  let running: Command;
  let endpoint: string;
  beforeAll(async () => {
    const port = await freePort();
    endpoint = `127.0.0.1:${port}`;
    running = new Command(process.execPath, [program], {
      environment: { PROMETHEUS_PORT: String(port), OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" },
    });
    await until(async () => (await fetch(`http://${endpoint}/metrics`).catch(() => undefined))?.ok === true, {
      what: () => `/metrics; the program said: ${running.output}`,
    });
  });
  afterAll(() => running?.end());

  it("is clean to promtool, but for a name that is given", async () => {
    const input = await (await fetch(`http://${endpoint}/metrics`)).text();
    const { stderr, stdout } = spawnSync("promtool", ["check", "metrics"], { input, encoding: "utf8" });
    const complaints = `${stdout}${stderr}`.trim().split("\n");
    expect(complaints).toEqual(['dq_row_count non-histogram and non-summary metrics should not have "_count" suffix']);
  });

  it("is scraped by a real Prometheus", async () => {
    const scrape = { job_name: "sdk", scrape_interval: "1s", static_configs: [{ targets: [endpoint] }] };
    const prometheus = await Prometheus.start(JSON.stringify({ scrape_configs: [scrape] }));
    try {
      await expectAll(prometheus.url);
      const metadata = await fetch(`${prometheus.url}/api/v1/metadata?metric=page_size_bytes`);
      expect(await metadata.json()).toMatchObject({ data: { page_size_bytes: [{ type: "summary" }] } });
    } finally {
      await prometheus.dispose();
    }
  });
});

describe("metrics of the SDK by OTLP", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(() => server?.dispose());

  it("are the same series", async () => {
    const command = new Command(process.execPath, [program], {
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp },
    });
    await until(() => command.hasEnded, { what: () => `the program; it said: ${command.output}` });
    // Units end the names here: page_size_sum_bytes.
    await expectAll(server.url, ["page_size_bytes_sum", "page_size_bytes_count"]);
    expect(await valueOf(server.url, "page_size_sum_bytes")).toBe(500_500);
    expect(await valueOf(server.url, "page_size_count")).toBe(1000);
    const series = await server.get(`/api/v1/series?match[]=dq_row_count{dq_table="customers"}`);
    expect(series).toMatchObject({ data: [{ __name__: "dq_row_count", dq_table: "customers" }] });
    expect(JSON.stringify(series)).not.toContain("dq_partition");
  });

  it.skipIf(!isInstalled("prometheus-pushgateway"))(
    "are pushed to a Pushgateway, a real one and ours (needs prometheus-pushgateway)",
    async () => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const gateway = new Command("prometheus-pushgateway", [
        `--web.listen-address=127.0.0.1:${port}`,
        "--persistence.file=",
      ]);
      try {
        await until(async () => (await fetch(url).catch(() => undefined))?.ok === true, {
          what: () => "the Pushgateway",
        });
        for (const target of [url, server.url]) {
          const environment = { PUSHGATEWAY: target, OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" };
          const command = new Command(process.execPath, [program], { environment });
          await until(() => command.hasEnded, { what: () => `the program; it said: ${command.output}` });
          expect(command.output).toBe("");
        }
        const text = await (await fetch(`${url}/metrics`)).text();
        const group = 'job="nightly/load"';
        expect(text).toMatch(
          new RegExp(`^revenue_processed_total\\{currency="EUR",instance="",${group},shop="a b"\\} 12.5$`, "m"),
        );
        expect(text).toContain("# TYPE page_size_bytes summary");
        await until(async () => (await valueOf(server.url, `page_size_bytes_sum{${group},shop="a b"}`)) === 500_500, {
          what: () => "the pushed group",
        });
        expect(await valueOf(server.url, `revenue_processed_total{${group},currency="EUR"}`)).toBe(12.5);
      } finally {
        await gateway.end();
      }
    },
  );
});
