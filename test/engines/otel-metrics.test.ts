import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { OTLPMetricExporter as GrpcExporter } from "@opentelemetry/exporter-metrics-otlp-grpc";
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as HttpExporter,
} from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtoExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "../app/server.ts";

const execute = promisify(execFile);
const python = process.env.SIGHTGLASS_TEST_PYTHON ?? "python3";
const hasPython =
  spawnSync(python, ["-c", "import opentelemetry.exporter.otlp.proto.grpc, opentelemetry.exporter.otlp.proto.http"])
    .status === 0;

const temporalities = { cumulative: "CUMULATIVE", delta: "DELTA" } as const;
type Temporality = keyof typeof temporalities;

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server?.dispose());

const exporterOf = (protocol: string, temporality: Temporality) => {
  const temporalityPreference = AggregationTemporalityPreference[temporalities[temporality]];
  if (protocol === "grpc") return new GrpcExporter({ url: server.otlpGrpc, temporalityPreference });
  const options = { url: `${server.otlpHttp}/v1/metrics`, temporalityPreference };
  return protocol === "json" ? new HttpExporter(options) : new ProtoExporter(options);
};

const providerOf = (service: string, instance: string, exporter: ReturnType<typeof exporterOf>) =>
  new MeterProvider({
    resource: resourceFromAttributes({
      "service.namespace": "shop",
      "service.name": service,
      "service.instance.id": instance,
      "process.pid": Number(instance.slice(2)),
    }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
    views: [{ instrumentName: "payload", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  });

/** The same as send-metrics.py. */
async function sendEveryInstrument(protocol: string, temporality: Temporality): Promise<void> {
  const provider = providerOf(`js-${protocol}-${temporality}`, "i-1", exporterOf(protocol, temporality));
  const meter = provider.getMeter("shop-meter");
  const orders = meter.createCounter("orders", { unit: "{order}", description: "Orders taken." });
  const inFlight = meter.createUpDownCounter("in_flight");
  const temperature = meter.createGauge("temperature", { unit: "Cel" });
  const latency = meter.createHistogram("latency", { unit: "ms" });
  const payload = meter.createHistogram("payload", { unit: "By" });
  let round = 0;
  meter.createObservableCounter("steps").addCallback((result) => result.observe(10 * Math.min(round, 2)));
  for (round = 1; round <= 2; round++) {
    orders.add(round === 1 ? 3 : 5, { region: "eu" });
    inFlight.add(round === 1 ? 5 : -2);
    temperature.record(20.5 + round);
    for (const value of [5, 80, 3000]) latency.record(value);
    for (const value of [1, 2, 1000]) payload.record(value);
    // The SDK's times are whole milliseconds, and one that begins when it ends does not know when it began.
    await sleep(5);
    await provider.forceFlush();
  }
  await provider.shutdown();
}

/** What every kind of client must have left behind: a query within the job, and the values in order of time. */
const expected: [query: string, values: number[]][] = [
  // Counters were 0 when they began. When one began that is observed, the SDKs cannot know.
  ['orders_total{region="eu"}', [0, 3, 8]],
  ["steps_total", [10, 20]],
  ["in_flight", [5, 3]],
  ["temperature_celsius", [21.5, 22.5]],
  ['latency_milliseconds_bucket{le="5"}', [0, 1, 2]],
  ['latency_milliseconds_bucket{le="100"}', [0, 2, 4]],
  ['latency_milliseconds_bucket{le="+Inf"}', [0, 3, 6]],
  ["latency_milliseconds_sum", [0, 3085, 6170]],
  ["latency_milliseconds_count", [0, 3, 6]],
];

async function check(job: string, temporality: Temporality): Promise<void> {
  const within = (query: string) => query.replace("}", `,job="${job}"}`).replace(/^\w+$/, `$&{job="${job}"}`);
  await until(
    async () => (await ask(`last_over_time(${within('orders_total{region="eu"}')}[10m])`))[0]?.value?.[1] === "8",
    {
      what: () => `the metrics of ${job}; the server said: ${server.output}`,
    },
  );
  for (const [query, values] of expected) {
    const found = await ask(`${within(query)}[10m]`);
    expect(found, query).toHaveLength(1);
    const all = found[0]?.values?.map(([, value]) => Number(value)) ?? [];
    const points = all.slice(values[0] !== 0 && all[0] === 0 ? 1 : 0);
    // The last collection, at the end, repeats the state.
    expect(
      points.filter((value, index) => value !== points[index - 1]),
      query,
    ).toEqual(values);
    expect(found[0]?.metric["otel_scope_name"]).toBe("shop-meter");
    const isSummed = temporality === "delta" && !["in_flight", "temperature_celsius"].includes(query);
    expect(found[0]?.metric["instance"], query).toBe(isSummed ? undefined : "i-1");
  }
  // Base 2^(1/2^scale) at most: the middle observation is 2.
  const payload = within("payload_bytes");
  const numberOf = async (query: string) => Number((await ask(query))[0]?.value?.[1]);
  expect(await numberOf(`histogram_count(last_over_time(${payload}[10m]))`)).toBe(6);
  expect(await numberOf(`histogram_sum(last_over_time(${payload}[10m]))`)).toBe(2006);
  expect(await numberOf(`histogram_quantile(0.5, last_over_time(${payload}[10m]))`)).toBeCloseTo(2, 0);
  expect(await numberOf(`histogram_count(increase(${payload}[10m]))`)).toBeGreaterThan(5);
}

describe.each(["cumulative", "delta"] as const)("%s metrics of the official OpenTelemetry SDKs", (temporality) => {
  it.each(["json", "protobuf", "grpc"])("of JavaScript over %s come back as they were recorded", async (protocol) => {
    await sendEveryInstrument(protocol, temporality);
    await check(`shop/js-${protocol}-${temporality}`, temporality);
  });

  it.skipIf(!hasPython).each(["http", "grpc"])(
    "of Python over %s come back as they were recorded, with the trace of an exemplar (needs opentelemetry-exporter-otlp)",
    async (protocol) => {
      const endpoint = protocol === "grpc" ? `127.0.0.1:${server.ports.grpc}` : server.otlpHttp;
      const script = join(import.meta.dirname, "send-metrics.py");
      const { stdout } = await execute(python, [script, protocol, endpoint, temporality]);
      const job = `shop/python-${protocol}-${temporality}`;
      await check(job, temporality);
      const query = new URLSearchParams({
        query: `latency_milliseconds_bucket{job="${job}"}`,
        start: String(Date.now() / 1000 - 600),
        end: String(Date.now() / 1000 + 60),
      });
      const { data } = await server.get<{ data: { exemplars: { labels: Record<string, string> }[] }[] }>(
        `/api/v1/query_exemplars?${query.toString()}`,
      );
      const traces = data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels["trace_id"]));
      expect(new Set(traces)).toEqual(new Set([stdout.trim()]));
    },
  );
});

describe("a hundred processes that live for a moment", () => {
  it("are one series without resets, with the right total, when they send deltas", async () => {
    let total = 0;
    for (let process = 0; process < 100; process++) {
      const provider = providerOf("nightly", `i-${process}`, exporterOf("protobuf", "delta"));
      const loaded = provider.getMeter("job").createCounter("loaded_rows");
      total += process % 7;
      loaded.add(process % 7);
      await provider.shutdown();
    }
    await until(async () => (await ask("last_over_time(loaded_rows_total[10m])"))[0]?.value?.[1] === String(total), {
      what: () => `a total of ${total}; the server said: ${server.output}`,
    });
    expect(await ask("last_over_time(loaded_rows_total[10m])")).toHaveLength(1);
    expect((await ask("resets(loaded_rows_total[10m])"))[0]?.value?.[1]).toBe("0");
    expect((await ask('count({job="shop/nightly"})'))[0]?.value?.[1]).toBe("1");
  });
});

interface Found {
  metric: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}

async function ask(query: string): Promise<Found[]> {
  const answer = await fetch(`${server.url}/api/v1/query`, { method: "POST", body: new URLSearchParams({ query }) });
  const { data, error } = (await answer.json()) as { data?: { result: Found[] }; error?: string };
  if (data === undefined) throw new Error(`${query}: ${error}`);
  return data.result;
}
