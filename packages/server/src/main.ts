import { randomBytes } from "node:crypto";
import { statfs } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { formatDurationMs } from "@sightglass/promql";
import { stringify } from "yaml";
import { formatAddress } from "./config/quantities.ts";
import type { Config } from "./config/schema.ts";
import { LogBlock } from "./decode/log-block.ts";
import { ExemplarBlock } from "./decode/metrics/exemplar-block.ts";
import { HistogramBlock } from "./decode/metrics/histogram-block.ts";
import { KnownSeries } from "./decode/metrics/known-series.ts";
import { MetadataBlock } from "./decode/metrics/metadata-block.ts";
import { SampleBlock } from "./decode/metrics/sample-block.ts";
import { SeriesBlock } from "./decode/metrics/series-block.ts";
import { SpanBlock } from "./decode/span-block.ts";
import { Folder } from "./fold/folder.ts";
import { createApp } from "./http/app.ts";
import { authorizeReads } from "./http/read-access.ts";
import { healthRoutes } from "./http/routes/health.ts";
import { jaegerRoutes } from "./http/routes/jaeger.ts";
import { liveRoutes } from "./http/routes/live.ts";
import { pageRoutes } from "./http/routes/page.ts";
import { prometheusHealthRoutes } from "./http/routes/prometheus-status.ts";
import { prometheusRoutes } from "./http/routes/prometheus.ts";
import { pipelinesRoutes } from "./http/routes/pipelines.ts";
import { runsRoutes } from "./http/routes/runs.ts";
import { createStatusReader, statusRoutes } from "./http/routes/status.ts";
import { tempoRoutes } from "./http/routes/tempo.ts";
import { traceRoutes } from "./http/routes/traces.ts";
import { createHttpServer } from "./http/server.ts";
import { type Clock, systemClock } from "./model/clock.ts";
import { limits } from "./model/limits.ts";
import { createAuthorize } from "./model/tokens.ts";
import { createMetricQueries } from "./query/metrics-queries.ts";
import { createRunQueries } from "./query/runs-queries.ts";
import { createTraceQueries } from "./query/trace-queries.ts";
import { Admission } from "./receive/admission.ts";
import { createMetricsSink } from "./receive/metrics-sink.ts";
import { createOtlpGrpcReceiver } from "./receive/otlp-grpc.ts";
import { createOtlpHttpHandler, isOtlpPath } from "./receive/otlp-http-handler.ts";
import { createOtlpHttpReceiver } from "./receive/otlp-http.ts";
import { ReceiverStats } from "./receive/receiver-stats.ts";
import { createRemoteWriteHandler, isRemoteWritePath } from "./receive/remote-write.ts";
import { createHealth } from "./self/health.ts";
import { createLog, type Log } from "./self/log.ts";
import { MetricsRegistry, openMetricsText, prometheusText } from "./self/metrics.ts";
import { watchProcess } from "./self/process-state.ts";
import { Running } from "./self/running.ts";
import { statusMetrics } from "./self/server-metrics.ts";
import { version } from "./self/version.ts";
import { addCounts } from "./spool/ledger.ts";
import { openSpool } from "./spool/open.ts";
import { Chunking } from "./store/chunking.ts";
import { openClusterStore } from "./store/cluster/store.ts";
import { openEmbeddedStore } from "./store/embedded/store.ts";
import { lockFolder } from "./store/folder-lock.ts";
import { readStoredCounts } from "./store/ledger-counts.ts";
import { measuredStore } from "./store/measured-store.ts";
import { migrate } from "./store/migrate.ts";
import { Retention, type RetentionLimits } from "./store/retention.ts";
import type { Store } from "./store/store.ts";
import { readTableStatus } from "./store/table-status.ts";

export interface Server {
  /** @throws SightglassError port_taken, data_folder_in_use, config_invalid, store_unavailable; then nothing is left running */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The whole server: the one place that knows all parts.
 * @param config as config/load.ts made it
 */
export function createServer(config: Config, { clock = systemClock }: { clock?: Clock } = {}): Server {
  const log = createLog({ level: config.log.level });
  const running = new Running((part, error) => log.error({ part, error }, "did not stop cleanly"));
  return {
    async start() {
      try {
        await start({ config, clock, log, running, metrics: new MetricsRegistry() });
      } catch (error) {
        await running.stop();
        throw error;
      }
    },
    stop: () => running.stop(),
  };
}

interface Context {
  config: Config;
  clock: Clock;
  log: Log;
  running: Running;
  metrics: MetricsRegistry;
}

async function start(context: Context): Promise<void> {
  const { config, clock, log } = context;
  const startedAtMs = clock.nowMs();
  const store = await openStore(context);
  const keep = startRetention(context, store);
  startChunking(context, store);
  const folder = await startFolder(context, store);
  const spools = await openSpools(context, store, folder);
  const receivers = await startReceivers(context, spools);
  await startHttp(context, { store, keep, folder, spools, receivers, startedAtMs });
  log.info({ page: `http://${formatAddress(config.listen)}`, tookMs: clock.nowMs() - startedAtMs }, "ready");
}

async function openStore({ config, clock, running, metrics }: Context): Promise<Store> {
  const engine =
    config.store.url === undefined
      ? await openEmbeddedStore({ dataDir: config.data, readers: 4, writers: 2 })
      : await openCluster(config, running);
  running.add("store", () => engine.close());
  await migrate(engine, { clock });
  const seconds = metrics.histogram(
    "sightglass_store_statement_duration_seconds",
    "How long statements took at the store, waiting for a free connection included.",
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  );
  return measuredStore(engine, {
    monotonicMs: () => clock.monotonicMs(),
    observe: ({ operation, outcome, durationMs }) => seconds.observe({ operation, outcome }, durationMs / 1000),
  });
}

/** The spool stays in the data folder, which the embedded engine would have locked. */
async function openCluster({ data, store: { url = "", cluster, ...login } }: Config, running: Running): Promise<Store> {
  const lock = lockFolder(data);
  running.add("data folder", () => lock.release());
  return openClusterStore({ url, ...login, ...(cluster === undefined ? {} : { clusterName: cluster }) });
}

function startRetention({ config, clock, log, running }: Context, store: Store): RetentionLimits {
  const keepOf = ({ age, bytes }: { age: number; bytes: number }) => ({ ageMaxMs: age, bytesMax: bytes });
  const { spans, logs, runs, samples } = config.retention;
  const keep = { spans: keepOf(spans), logs: keepOf(logs), runs: keepOf(runs), samples: keepOf(samples) };
  const retention = new Retention({
    store,
    clock,
    keep,
    onDrop: (drop) => log.info(drop, "retention"),
    onFailure: (error) => log.error({ error }, "retention failed; it is tried again"),
  });
  retention.start();
  running.add("retention", () => retention.stop());
  return keep;
}

function startChunking({ clock, log, running }: Context, store: Store): void {
  const chunking = new Chunking({
    store,
    clock,
    onFolded: (folded) => log.debug(folded, "samples folded"),
    onFailure: (error) => log.error({ error }, "folding samples failed; it is tried again"),
  });
  chunking.start();
  running.add("chunking", () => chunking.stop());
}

async function startFolder({ clock, log, running }: Context, store: Store): Promise<Folder> {
  const folder = new Folder({
    store,
    clock,
    onFault: (error) => log.error({ error }, "fold failed; it is tried again"),
  });
  await folder.start();
  running.add("fold", () => folder.stop());
  return folder;
}

type TableSpools = Awaited<ReturnType<typeof openSpools>>;

async function openSpools({ config, clock, log, running }: Context, store: Store, folder: Folder) {
  const spools = await openSpool({
    dataDir: config.data,
    clock,
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
    newBlock: {
      spans: () => new SpanBlock(),
      logs: () => new LogBlock(),
      series: () => new SeriesBlock(),
      metric_metadata: () => new MetadataBlock(),
      samples: () => new SampleBlock(),
      histogram_samples: () => new HistogramBlock(),
      exemplars: () => new ExemplarBlock(),
    },
    insert: (segment) => store.insertSegment(segment),
    storedCounts: () => readStoredCounts(store),
    onStored: () => folder.nudge(),
    log: (event) => log.info(event, `spool: ${event.type}`),
    settings: { spoolBytesMax: config.spool.bytes },
  });
  running.add("spool", () => spools.stop());
  return spools;
}

async function startReceivers({ config, clock, log, running }: Context, { tables }: TableSpools) {
  const admission = new Admission({
    requestsMax: limits.concurrentRequestsMax.value,
    bytesMax: limits.requestBytesInFlightMax.value,
  });
  const metrics = createMetricsSink({
    known: new KnownSeries({
      seriesPerMetricMax: limits.seriesPerMetricMax.value,
      seriesMax: limits.seriesKnownMax.value,
    }),
    spools: {
      series: tables.series.append.bind(tables.series),
      metric_metadata: tables.metric_metadata.append.bind(tables.metric_metadata),
      samples: tables.samples.append.bind(tables.samples),
      histogram_samples: tables.histogram_samples.append.bind(tables.histogram_samples),
      exemplars: tables.exemplars.append.bind(tables.exemplars),
    },
  });
  const shared = {
    sink: { spans: tables.spans.append.bind(tables.spans), logs: tables.logs.append.bind(tables.logs) },
    authorize: createAuthorize(config.auth.tokens),
    clock,
    admission,
    corsOrigins: config.cors.origins,
    onInternalError: (error: unknown) => log.error({ error }, "a request failed"),
  };
  const grpc = createOtlpGrpcReceiver({ ...shared, address: config.otlp_grpc, stats: new ReceiverStats("otlp-grpc") });
  const http = createOtlpHttpReceiver({ ...shared, address: config.otlp_http, stats: new ReceiverStats("otlp-http") });
  for (const receiver of [grpc, http]) {
    await receiver.start();
    running.add(receiver.stats.protocol, () => receiver.stop());
  }
  // First of all on the way down: what still comes on open connections is refused as retryable.
  running.add("admission", () => admission.stop());
  // The same on the page's port, for clients that know only one address.
  const onPagePort = new ReceiverStats("otlp-http");
  const remoteWrite = new ReceiverStats("remote-write");
  for (const stats of [onPagePort, remoteWrite]) stats.address = formatAddress(config.listen);
  return {
    stats: [grpc.stats, http.stats, onPagePort, remoteWrite],
    ingest: [
      { owns: isOtlpPath, handle: createOtlpHttpHandler({ ...shared, stats: onPagePort }) },
      {
        owns: isRemoteWritePath,
        handle: createRemoteWriteHandler({ ...shared, sink: metrics, stats: remoteWrite }),
      },
    ],
  };
}

interface Shown {
  store: Store;
  keep: RetentionLimits;
  folder: Folder;
  spools: TableSpools;
  receivers: Awaited<ReturnType<typeof startReceivers>>;
  startedAtMs: number;
}

async function startHttp(context: Context, shown: Shown): Promise<void> {
  const { config, clock, log, running } = context;
  const { store, folder, receivers } = shown;
  const onFault = (fault: { method: string; path: string; error: unknown }) => log.error(fault, "a request failed");
  const runs = createRunQueries({ store });
  const traces = createTraceQueries({ store });
  const app = createApp({
    routes: [
      healthRoutes({ health: createHealth(healthParts(shown), { clock }) }),
      prometheusHealthRoutes(),
      authorizeReads(createAuthorize(config.auth.tokens)),
      statusRoutes(createStatus(context, shown)),
      runsRoutes({ runs }),
      pipelinesRoutes({ runs, clock }),
      liveRoutes({ clock, version, subscribe: (listener) => folder.subscribe(listener) }),
      traceRoutes({ traces, clock }),
      jaegerRoutes({ traces, clock, onFault }),
      tempoRoutes({ traces, clock, version, onFault }),
      prometheusRoutes({ ...createPrometheusDeps(context, shown), onFault }),
      pageRoutes({ folder: fileURLToPath(new URL("./ui/", import.meta.url)) }),
    ],
    onFault,
  });
  const server = createHttpServer({ address: config.listen, app, ingest: receivers.ingest, clock });
  await server.start();
  running.add("http", () => server.stop());
}

function createPrometheusDeps({ config, clock }: Context, { store, startedAtMs }: Shown) {
  const { listen, otlp_grpc: grpc, otlp_http: http, retention, spool, log } = config;
  const addresses = { listen: formatAddress(listen), otlp_grpc: formatAddress(grpc), otlp_http: formatAddress(http) };
  const { age, bytes } = retention.samples;
  return {
    metrics: createMetricQueries({ store, clock }),
    clock,
    version,
    startedAtMs,
    // Only what has no secrets in it.
    configText: () => stringify({ ...addresses, retention, spool, log }),
    retention: () => `${formatDurationMs(age)} or ${bytes}B`,
    rules: () => [],
    alerts: () => [],
    targets: () => ({ activeTargets: [], droppedTargets: [], droppedTargetCounts: {} }),
  };
}

function healthParts({ store, spools }: Shown) {
  return [
    {
      name: "store",
      isNeededToServe: false,
      check: async () => {
        await store.query("SELECT 1");
        return null;
      },
    },
    {
      name: "spool",
      isNeededToServe: true,
      check: () => {
        const { state, lastError } = spools.status();
        return state === "ok" ? null : `the spool is ${state}${lastError === null ? "" : `: ${lastError}`}`;
      },
    },
  ];
}

function createStatus({ config, clock, running, metrics }: Context, shown: Shown) {
  const { store, keep, folder, spools, receivers, startedAtMs } = shown;
  const watch = watchProcess({ monotonicMs: () => clock.monotonicMs() });
  running.add("process watch", () => watch.stop());
  const status = createStatusReader({
    version,
    startedAtMs,
    dataDir: config.data,
    nowMs: () => clock.nowMs(),
    engine: async () => {
      const [row] = await store.query<{ version: string }>("SELECT version() AS version");
      return { kind: store.kind, version: row?.version ?? "" };
    },
    ledger: async () => {
      const { spans, logs, samples, histogram_samples } = await spools.ledger();
      return { spans, logs, samples: addCounts(samples, histogram_samples) };
    },
    storage: async () => {
      const tables = await readTableStatus(store, keep);
      const disk = await statfs(config.data);
      const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
      return { bytes, diskFreeBytes: disk.bavail * disk.bsize, tables };
    },
    spool: () => spools.status(),
    receivers: () => receivers.stats,
    process: () => watch.read(),
    fold: () => folder.status(),
  });
  metrics.register(async () => statusMetrics({ ...(await status()), cpuSeconds: watch.read().cpuSeconds }));
  return {
    status,
    metrics: async (format: "prometheus" | "openmetrics") => {
      const families = await metrics.collect();
      return format === "openmetrics" ? openMetricsText(families) : prometheusText(families);
    },
  };
}
