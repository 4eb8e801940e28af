import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StatusResponse } from "sightglass/contract";
import { afterAll, describe, expect, it } from "vitest";
import { remoteWrite } from "../engines/prometheus-data.ts";
import { freePorts, Server, until } from "./server.ts";

/** How often the server is killed; 100 in a full run, fewer in CI. */
const kills = Number(process.env.SIGHTGLASS_KILLS ?? 10);
const data = mkdtempSync(join(tmpdir(), "sightglass-kill-metrics-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const beganMs = Date.now() - 6 * 3_600_000;
const range = "7h";

/** Sends one request after the other, each again and again until it is acknowledged, as Prometheus and the SDKs do. */
abstract class Sender {
  acknowledged = 0;

  /** Makes and sends request `number`, the same each time. @throws when it is not acknowledged */
  protected abstract send(server: Server, number: number): Promise<void>;

  async run(server: Server, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.send(server, this.acknowledged);
        this.acknowledged++;
      } catch {
        await sleep(5);
      }
    }
  }
}

const seriesPerClient = 20;

class RemoteWriter extends Sender {
  readonly client: string;

  constructor(client: number) {
    super();
    this.client = String(client);
  }

  /** One sample of each series: the number of the request. */
  protected send(server: Server, number: number): Promise<void> {
    const sample = { timeMs: beganMs + number * 1000, value: number };
    const series = Array.from({ length: seriesPerClient }, (_unused, index) => ({
      labels: { __name__: "written_total", client: this.client, series: String(index) },
      samples: [sample],
    }));
    return remoteWrite(server.url, series);
  }
}

/** Each request is a process that lived for a moment: it counted one row, and nobody hears of it again. */
class ShortLivedProcesses extends Sender {
  private body = "";
  private number = -1;

  protected async send(server: Server, number: number): Promise<void> {
    if (number !== this.number) {
      this.number = number;
      this.body = deltaOfOne(number);
    }
    const answer = await fetch(`${server.otlpHttp}/v1/metrics`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: this.body,
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(text);
  }
}

function deltaOfOne(process: number): string {
  const [start, end] = [BigInt(Date.now() - 1000), BigInt(Date.now())].map((ms) => String(ms * 1_000_000n));
  const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const point = { asInt: "1", startTimeUnixNano: start, timeUnixNano: end };
  const metric = { name: "loaded", sum: { isMonotonic: true, aggregationTemporality: 1, dataPoints: [point] } };
  const resource = { attributes: [attribute("service.name", "job"), attribute("service.instance.id", `p-${process}`)] };
  return JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [metric] }] }] });
}

describe(`kill -9 at ${kills} random moments while metrics come in every way`, () => {
  it(
    "loses nothing that was acknowledged, and doubles nothing",
    async () => {
      const exporter = await countingExporter();
      const config = join(data, "sightglass.yaml");
      const job = { job_name: "counted", scrape_interval: "100ms", static_configs: [{ targets: [exporter.address] }] };
      writeFileSync(config, JSON.stringify({ scrape_configs: [job] }));
      const ports = await freePorts();
      const writers = [0, 1, 2].map((client) => new RemoteWriter(client));
      const processes = new ShortLivedProcesses();
      const senders = [...writers, processes];
      try {
        for (let kill = 0; kill < kills; kill++) {
          const server = await Server.start({ data: join(data, "data"), ports, args: ["--config", config] });
          const alive = new AbortController();
          let sending: Promise<void>[] = [];
          try {
            await check(server, writers, processes);
            const counts = () => senders.map(({ acknowledged }) => acknowledged);
            const [before, scrapesBefore] = [counts(), exporter.scrapes];
            sending = senders.map((sender) => sender.run(server, alive.signal));
            // A scrape is stored before the next begins.
            const hasAll = () =>
              counts().every((count, index) => count > before[index]!) && exporter.scrapes >= scrapesBefore + 2;
            await until(hasAll, { what: () => `something from each: ${server.output}` });
            await sleep((kill * 271) % 700);
          } finally {
            await server.stop("SIGKILL");
            alive.abort();
            await Promise.all(sending);
          }
        }
        const server = await Server.start({ data: join(data, "data"), ports, args: ["--config", config] });
        try {
          await check(server, writers, processes);
          await checkEverySample(server, writers, exporter);
        } finally {
          await server.dispose();
        }
      } finally {
        await exporter.close();
      }
      expect(Math.min(...senders.map(({ acknowledged }) => acknowledged))).toBeGreaterThanOrEqual(kills);
    },
    60_000 + kills * 40_000,
  );
});

/** The request that was cut off may be stored or not. */
const isWithin = (found: number, { acknowledged }: Sender) => found === acknowledged || found === acknowledged + 1;

async function check(server: Server, writers: readonly RemoteWriter[], processes: Sender): Promise<void> {
  await allStored(server);
  const counts = await ask(server, `count_over_time(written_total[${range}])`);
  for (const writer of writers) {
    const own = counts
      .filter(({ metric }) => metric["client"] === writer.client)
      .map(({ value }) => Number(value?.[1]));
    expect(own).toHaveLength(writer.acknowledged === 0 && own.length === 0 ? 0 : seriesPerClient);
    for (const count of own)
      expect(isWithin(count, writer), `${count} samples, ${writer.acknowledged} sent`).toBe(true);
  }
  const [total] = await ask(server, `last_over_time(loaded_total[${range}])`);
  const loaded = Number(total?.value?.[1] ?? 0);
  expect(isWithin(loaded, processes), `a sum of ${loaded}, ${processes.acknowledged} sent`).toBe(true);
}

async function checkEverySample(
  server: Server,
  writers: readonly RemoteWriter[],
  exporter: { scrapes: number },
): Promise<void> {
  for (const { client, acknowledged } of writers) {
    const [series] = await ask(server, `written_total{client="${client}",series="7"}[${range}]`);
    const expected = Array.from({ length: acknowledged }, (_unused, number) => [
      beganMs / 1000 + number,
      String(number),
    ]);
    expect(series?.values?.slice(0, acknowledged)).toEqual(expected);
  }
  // A sum of deltas never falls, and no scrape is stored twice.
  const [loaded] = await ask(server, `resets(loaded_total[${range}])`);
  expect(loaded?.value?.[1]).toBe("0");
  const [scraped] = await ask(server, `scrapes_total[${range}]`);
  const values = (scraped?.values ?? []).map(([, value]) => Number(value));
  expect(values.length).toBeGreaterThanOrEqual(kills);
  expect(values.length).toBeLessThanOrEqual(exporter.scrapes);
  for (const [index, value] of values.slice(1).entries()) expect(value).toBeGreaterThan(values[index]!);
}

/** Waits until all that is there now is stored; meanwhile scrapes go on. */
async function allStored(server: Server): Promise<void> {
  const samples = async () => (await server.get<StatusResponse>("/api/status")).ledger.samples;
  const { received } = await samples();
  await until(
    async () => {
      const now = await samples();
      expect(now.received).toBe(now.stored + now.refused + now.spooled);
      return now.stored + now.refused >= received;
    },
    { what: () => `the spool to be stored: ${server.output}` },
  );
}

interface Found {
  metric: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}

async function ask(server: Server, query: string): Promise<Found[]> {
  const answer = await fetch(`${server.url}/api/v1/query`, { method: "POST", body: new URLSearchParams({ query }) });
  const { data: found, error } = (await answer.json()) as { data?: { result: Found[] }; error?: string };
  if (found === undefined) throw new Error(`${query}: ${error}`);
  return found.result;
}

/** An exporter whose counter says how often it was scraped. */
async function countingExporter() {
  let scrapes = 0;
  const exporter = createServer((_request, response) => {
    response.setHeader("Content-Type", "text/plain; version=0.0.4");
    response.end(`# TYPE scrapes_total counter\nscrapes_total ${++scrapes}\n`);
  });
  exporter.listen(0, "127.0.0.1");
  await once(exporter, "listening");
  return {
    address: `127.0.0.1:${(exporter.address() as AddressInfo).port}`,
    get scrapes() {
      return scrapes;
    },
    async close() {
      exporter.closeAllConnections();
      exporter.close();
      await once(exporter, "close");
    },
  };
}
