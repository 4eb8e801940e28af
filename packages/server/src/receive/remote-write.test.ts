import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DeltaSums } from "../decode/metrics/delta-sums.ts";
import { DeltaHistograms } from "../decode/otlp/delta-histograms.ts";
import { ExemplarBlock } from "../decode/metrics/exemplar-block.ts";
import { HistogramBlock } from "../decode/metrics/histogram-block.ts";
import { KnownSeries } from "../decode/metrics/known-series.ts";
import { MetadataBlock } from "../decode/metrics/metadata-block.ts";
import { SampleBlock } from "../decode/metrics/sample-block.ts";
import { SeriesBlock } from "../decode/metrics/series-block.ts";
import { SeriesId } from "../decode/metrics/series-id.ts";
import { SeededRandom } from "../decode/testing/random.ts";
import { encodeMetrics, snappy } from "../decode/testing/write-messages.ts";
import { systemClock } from "../model/clock.ts";
import { SightglassError } from "../model/errors.ts";
import { openSpool } from "../spool/open.ts";
import { openEmbeddedStore } from "../store/embedded/store.ts";
import { readStoredCounts } from "../store/ledger-counts.ts";
import { migrate } from "../store/migrate.ts";
import type { Store } from "../store/store.ts";
import { readRequestMarks, readSummedSeries } from "../store/summed-series.ts";
import { Admission } from "./admission.ts";
import { defaultTranslation } from "../decode/otlp/translation.ts";
import { createOtlpMetrics } from "./metrics-otlp.ts";
import { RepeatedRequests } from "./repeated-requests.ts";
import { createMetricsSink, type WriteMetrics } from "./metrics-sink.ts";
import { ReceiverStats } from "./receiver-stats.ts";
import { createRemoteWriteHandler } from "./remote-write.ts";

const waitMs = 30_000;
const newBlock = {
  series: () => new SeriesBlock(),
  metric_metadata: () => new MetadataBlock(),
  samples: () => new SampleBlock(),
  histogram_samples: () => new HistogramBlock(),
  exemplars: () => new ExemplarBlock(),
};

/** One for all servers, so that none names its segments as another did. */
const random = new SeededRandom(1);

/** The way of metrics from the socket to the engine, all of it real. */
class MetricsServer {
  readonly known = new KnownSeries({ seriesPerMetricMax: 1000, seriesMax: 10_000, sinceMs: 0 });
  readonly stats = new ReceiverStats("remote-write");
  refusal: SightglassError | undefined;
  url = "";
  private server: Server | undefined;
  private readonly spools: Awaited<ReturnType<typeof MetricsServer.openSpools>>;
  readonly write: WriteMetrics;

  private constructor(spools: MetricsServer["spools"]) {
    this.spools = spools;
    const { tables } = spools;
    this.write = createMetricsSink({
      known: this.known,
      spools: {
        series: tables.series.append.bind(tables.series),
        metric_metadata: tables.metric_metadata.append.bind(tables.metric_metadata),
        samples: tables.samples.append.bind(tables.samples),
        histogram_samples: tables.histogram_samples.append.bind(tables.histogram_samples),
        exemplars: tables.exemplars.append.bind(tables.exemplars),
      },
    });
  }

  static openSpools(dataDir: string, store: Store) {
    return openSpool({
      dataDir,
      clock: systemClock,
      randomHex: (bytes) =>
        random
          .next()
          .toString(16)
          .padStart(bytes * 2, "0"),
      newBlock,
      insert: (segment) => store.insertSegment(segment),
      storedCounts: () => readStoredCounts(store),
    });
  }

  static async start(dataDir: string, store: Store): Promise<MetricsServer> {
    const metrics = new MetricsServer(await MetricsServer.openSpools(dataDir, store));
    const server = createServer(
      createRemoteWriteHandler({
        sink: (receivedAtMs, write) => {
          if (metrics.refusal !== undefined) throw metrics.refusal;
          return metrics.write(receivedAtMs, write);
        },
        authorize: ({ headers: { authorization: header } }) => {
          if (header === "Bearer wrong") throw new SightglassError("unauthenticated", "no such token");
        },
        clock: systemClock,
        admission: new Admission({ requestsMax: 10, bytesMax: 1e9 }),
        stats: metrics.stats,
        bodyBytesMax: 1_000_000,
        onInternalError: () => {},
      }),
    );
    metrics.server = server;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    metrics.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/write`;
    return metrics;
  }

  ledger() {
    return this.spools.ledger();
  }

  /** Everything acknowledged is in the store when it resolves. */
  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
    await this.spools.stop();
  }
}

const dataDir = mkdtempSync(join(tmpdir(), "sightglass-remote-write-"));
let store: Store;
let metrics: MetricsServer;
beforeAll(async () => {
  store = await openEmbeddedStore({ dataDir });
  await migrate(store, { clock: systemClock });
}, waitMs);
afterAll(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const v2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
const series = (name: string, value = 1, timestamp = systemClock.nowMs()) => ({
  labels: [{ name: "__name__", value: name }],
  samples: [{ value, timestamp }],
});
const body = (...timeseries: object[]) => snappy(encodeMetrics("WriteRequest", { timeseries }));

function post(content: Uint8Array, headers: Record<string, string> = {}, method = "POST") {
  return fetch(metrics.url, {
    method,
    headers: { "Content-Type": "application/x-protobuf", "Content-Encoding": "snappy", ...headers },
    ...(method === "GET" ? {} : { body: Uint8Array.from(content) }),
  });
}

const written = (response: Response) =>
  ["Samples", "Histograms", "Exemplars"].map((kind) =>
    response.headers.get(`X-Prometheus-Remote-Write-${kind}-Written`),
  );

describe("remote write over HTTP", () => {
  beforeEach(async () => {
    metrics = await MetricsServer.start(dataDir, store);
    return () => metrics.stop();
  });

  it("answers 204 and how much was written, when it is durable", async () => {
    const response = await post(body(series("a"), series("b")));
    expect([response.status, await response.text(), written(response)]).toEqual([204, "", ["2", "0", "0"]]);
    const symbols = ["", "__name__", "c"];
    const request = encodeMetrics("Request", {
      symbols,
      timeseries: [{ labelsRefs: [1, 2], samples: [{ value: 1, timestamp: systemClock.nowMs() }] }],
    });
    const second = await post(snappy(request), { "Content-Type": v2 });
    expect([second.status, written(second)]).toEqual([204, ["1", "0", "0"]]);
  });

  it("answers 400 and writes the rest when some is wrong", async () => {
    const response = await post(body(series("good"), { labels: [], samples: [{ value: 1, timestamp: 1 }] }));
    expect([response.status, written(response)]).toEqual([400, ["1", "0", "0"]]);
    expect(await response.text()).toBe("partly written: 1 x the label __name__ is missing (first: timeseries[1])\n");
  });

  it.each([
    ["another type", { "Content-Type": "text/plain" }, 415],
    ["another message", { "Content-Type": "application/x-protobuf;proto=io.other.Request" }, 415],
    ["another encoding", { "Content-Encoding": "gzip" }, 415],
    ["a wrong token", { Authorization: "Bearer wrong" }, 401],
  ] as [string, Record<string, string>, number][])("refuses %s", async (_what, headers, status) => {
    const response = await post(body(series("a")), headers);
    expect([response.status, written(response)]).toEqual([status, ["0", "0", "0"]]);
  });

  it("refuses what is no Snappy block, no protobuf, too large, or not a POST", async () => {
    expect((await post(Buffer.from("plain"))).status).toBe(400);
    expect((await post(snappy(Buffer.from([0xff, 0xff])))).status).toBe(400);
    expect((await post(snappy(Buffer.alloc(2_000_000)))).status).toBe(413);
    expect((await post(Buffer.alloc(1_500_000))).status).toBe(413);
    expect((await post(Buffer.alloc(0), {}, "GET")).status).toBe(405);
  });

  it("has the sender try again when the spool is full", async () => {
    metrics.refusal = new SightglassError("spool_full", "the spool is full", { retryAfterMs: 2500 });
    const response = await post(body(series("a")));
    expect([response.status, response.headers.get("Retry-After"), written(response)]).toEqual([
      503,
      "3",
      ["0", "0", "0"],
    ]);
  });

  it(
    "stores everything acknowledged once, and the ledger balances",
    async () => {
      const before = (await metrics.ledger()).samples;
      const now = systemClock.nowMs();
      const requests = Array.from({ length: 40 }, (_, i) =>
        body(...Array.from({ length: 50 }, (_unused, n) => series(`once_${n}`, i, now - i * 1000))),
      );
      const statuses = await Promise.all(requests.map((content) => post(content).then(({ status }) => status)));
      expect(statuses.every((status) => status === 204 || status === 503)).toBe(true);
      const acknowledged = statuses.filter((status) => status === 204).length * 50;
      await metrics.stop();
      metrics = await MetricsServer.start(dataDir, store);
      const [stored] = await store.query<{ samples: number; distinct: number; series: number }>(
        `SELECT count() AS samples, uniqExact(series_id, time) AS distinct, uniqExact(series_id) AS series
         FROM samples WHERE metric LIKE 'once_%'`,
      );
      expect(stored).toEqual({ samples: acknowledged, distinct: acknowledged, series: 50 });
      const [labelled] = await store.query<{ rows: number }>(
        "SELECT uniqExact(series_id) AS rows FROM series WHERE metric LIKE 'once_%'",
      );
      expect(labelled).toEqual({ rows: 50 });
      const { samples } = await metrics.ledger();
      expect(samples.received - before.received).toBe(acknowledged);
      expect(samples.received).toBe(samples.stored + samples.refused + samples.spooled);
    },
    waitMs,
  );
});

describe("sums of deltas", () => {
  const delta = (pid: number, value: number, timeMs: number) =>
    encodeMetrics("ExportMetricsServiceRequest", {
      resourceMetrics: [
        {
          resource: {
            attributes: [
              { key: "service.name", value: { stringValue: "job" } },
              { key: "service.instance.id", value: { stringValue: `run-${pid}` } },
            ],
          },
          scopeMetrics: [
            {
              metrics: [
                {
                  name: "loaded",
                  sum: {
                    isMonotonic: true,
                    aggregationTemporality: 1,
                    dataPoints: [
                      { asInt: value, startTimeUnixNano: `${timeMs - 2000}000000`, timeUnixNano: `${timeMs}000000` },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    });

  it(
    "go on where the store left them after a start, and count a request once that is sent twice, also after the start",
    async () => {
      // As after a crash: the client does not know that the last request of a life was stored.
      let unanswered: Parameters<ReturnType<typeof createOtlpMetrics>>[0] | undefined;
      const startMs = systemClock.nowMs() - 600_000;
      for (let life = 0; life < 3; life++) {
        metrics = await MetricsServer.start(dataDir, store);
        const numbers = new DeltaSums();
        for (const { low, high, ...point } of await readSummedSeries(store)) {
          numbers.recover(Object.assign(new SeriesId(), { low, high }), point);
        }
        const requests = new RepeatedRequests();
        requests.recover(await readRequestMarks(store));
        const deltas = { sums: { numbers, histograms: new DeltaHistograms() }, requests };
        const ingest = createOtlpMetrics({
          sink: metrics.write,
          translation: () => defaultTranslation,
          deltas: () => deltas,
        });
        if (unanswered !== undefined) await ingest(unanswered);
        for (let pid = 0; pid < 10; pid++) {
          const timeMs = startMs + life * 100_000 + pid * 1000;
          const request = delta(life * 10 + pid, pid + 1, timeMs);
          unanswered = { encoding: "protobuf", body: request, receivedAtMs: systemClock.nowMs() } as const;
          expect(await ingest(unanswered)).toMatchObject({ accepted: 1, rejected: 0 });
          if (pid % 3 === 0) await ingest(unanswered);
        }
        await metrics.stop();
      }
      const rows = await store.query<{ series: string; value: number }>(
        `SELECT toString(series_id) AS series, any(value) AS value FROM samples WHERE metric = 'loaded_total'
         GROUP BY series_id, time ORDER BY time`,
      );
      expect(new Set(rows.map((row) => row.series)).size).toBe(1);
      const values = rows.map(({ value }) => value);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
      expect([values[0], values.at(-1), values.length]).toEqual([0, 3 * 55, 31]);
    },
    waitMs,
  );
});
