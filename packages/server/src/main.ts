import { randomBytes } from "node:crypto";
import { statfs } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { formatDurationMs } from "@sightglass/promql";
import { stringify } from "yaml";
import { formatAddress } from "./config/quantities.ts";
import type { Config } from "./config/schema.ts";
import { scrapeJobs } from "./config/scrape-jobs.ts";
import { LogBlock } from "./decode/log-block.ts";
import { ExemplarBlock } from "./decode/metrics/exemplar-block.ts";
import { HistogramBlock } from "./decode/metrics/histogram-block.ts";
import { DeltaSums } from "./decode/metrics/delta-sums.ts";
import { KnownSeries } from "./decode/metrics/known-series.ts";
import { appendLabelledSamples } from "./decode/metrics/labelled-samples.ts";
import { MetadataBlock } from "./decode/metrics/metadata-block.ts";
import { dayMs } from "./decode/metrics/point-writer.ts";
import { SampleBlock } from "./decode/metrics/sample-block.ts";
import { SeriesBlock } from "./decode/metrics/series-block.ts";
import { SeriesId } from "./decode/metrics/series-id.ts";
import { SpanBlock } from "./decode/span-block.ts";
import { loadRuleFiles } from "./evaluate/rule-files.ts";
import { Rules } from "./evaluate/rules.ts";
import { shownRuleGroup } from "./evaluate/shown-rules.ts";
import { Deriver } from "./derive/deriver.ts";
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
import { startScraping } from "./main-scrape.ts";
import { type Clock, systemClock } from "./model/clock.ts";
import { SightglassError } from "./model/errors.ts";
import { limits } from "./model/limits.ts";
import { createAuthorize } from "./model/tokens.ts";
import { createMetricQueries, type MetricQueries } from "./query/metrics-queries.ts";
import { createRunQueries } from "./query/runs-queries.ts";
import { createTraceQueries } from "./query/trace-queries.ts";
import { Admission } from "./receive/admission.ts";
import { createOtlpMetrics } from "./receive/metrics-otlp.ts";
import { createMetricsSink, type WriteMetrics } from "./receive/metrics-sink.ts";
import { createOtlpGrpcReceiver } from "./receive/otlp-grpc.ts";
import { createOtlpHttpHandler, isOtlpPath } from "./receive/otlp-http-handler.ts";
import { createOtlpHttpReceiver } from "./receive/otlp-http.ts";
import { createPushgatewayHandler, isPushgatewayPath } from "./receive/pushgateway/handler.ts";
import type { Pushgateway } from "./receive/pushgateway/pushgateway.ts";
import { ReceiverStats } from "./receive/receiver-stats.ts";
import { createRemoteWriteHandler, isRemoteWritePath } from "./receive/remote-write.ts";
import type { Scraper } from "./receive/scrape/scraper.ts";
import { createHealth } from "./self/health.ts";
import { createLog, type Log } from "./self/log.ts";
import { MetricsRegistry, openMetricsText, prometheusText } from "./self/metrics.ts";
import { watchProcess } from "./self/process-state.ts";
import { Running } from "./self/running.ts";
import { overflowMetrics } from "./self/overflow-metrics.ts";
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
import { MetricsRecovery } from "./store/metrics-recovery.ts";
import { migrate } from "./store/migrate.ts";
import { Retention, type RetentionLimits } from "./store/retention.ts";
import type { Store } from "./store/store.ts";
import { readTableStatus } from "./store/table-status.ts";

export interface Server {
  /** @throws SightglassError port_taken, data_folder_in_use, config_invalid, store_unavailable; then nothing is left running */
  start(): Promise<void>;
  /** Goes over to the scrape_configs of a configuration that was read again; other settings need a restart. */
  reload(config: Config): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The whole server: the one place that knows all parts.
 * @param config as config/load.ts made it
 */
export function createServer(config: Config, { clock = systemClock }: { clock?: Clock } = {}): Server {
  const log = createLog({ level: config.log.level });
  const running = new Running((part, error) => log.error({ part, error }, "did not stop cleanly"));
  let scraper: Scraper | undefined;
  return {
    async start() {
      try {
        scraper = await start({ config, clock, log, running, metrics: new MetricsRegistry() });
      } catch (error) {
        await running.stop();
        throw error;
      }
    },
    async reload(changed) {
      await scraper?.apply(scrapeJobs(changed, changed.folder));
      log.info({ jobs: changed.scrape_configs.length }, "scrape_configs were read again");
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

async function start(context: Context): Promise<Scraper> {
  const { config, clock, log } = context;
  const startedAtMs = clock.nowMs();
  const store = await openStore(context);
  const keep = startRetention(context, store);
  startChunking(context, store);
  const folder = await startFolder(context, store);
  await startDeriver(context, store);
  const spools = await openSpools(context, store, folder);
  const ingest = startMetricsIngest(context, store, spools);
  const { scraper, pushgateway } = await startScraping(context, ingest.write);
  const receivers = await startReceivers(context, spools, ingest, pushgateway);
  const metricQueries = createMetricQueries({ store, clock });
  const rules = startRules(context, { queries: metricQueries, write: ingest.write });
  await startHttp(context, {
    store,
    keep,
    folder,
    spools,
    ingest,
    receivers,
    scraper,
    metricQueries,
    rules,
    startedAtMs,
  });
  log.info({ page: `http://${formatAddress(config.listen)}`, tookMs: clock.nowMs() - startedAtMs }, "ready");
  return scraper;
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

/** Before anything is received, so that what comes is growth. */
async function startDeriver({ config, clock, log, running, metrics }: Context, store: Store): Promise<void> {
  const { span_metrics: names, service_graph: serviceGraph } = config.derived;
  const deriver = new Deriver({
    store,
    clock,
    spanMetrics: { tempo: names.includes("tempo"), collector: names.includes("collector") },
    serviceGraph,
    self: { collect: () => metrics.collect(), instance: formatAddress(config.listen) },
    onFault: (error) => log.error({ error }, "derived series were not sampled; the next time makes up for it"),
  });
  await deriver.start();
  running.add("derived series", () => deriver.stop());
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

/** What ingest remembers of metrics: found again in the store after a start. */
function startMetricsIngest({ config, clock, log, running }: Context, store: Store, spools: TableSpools) {
  const known = new KnownSeries({
    seriesPerMetricMax: config.metrics.series_per_metric,
    seriesMax: limits.seriesKnownMax.value,
  });
  let sums: DeltaSums | undefined;
  const recovery = new MetricsRecovery({
    store,
    clock,
    isSpoolStored: () => spools.status().segments === 0,
    onRecovered: ({ series, summed }) => {
      const day = Math.floor(clock.nowMs() / dayMs);
      const recovered = new DeltaSums();
      for (const { metric, ...id } of series) known.recover(Object.assign(new SeriesId(), id), metric, day);
      for (const { low, high, ...point } of summed)
        recovered.recover(Object.assign(new SeriesId(), { low, high }), point);
      sums = recovered;
    },
    onFailure: (error) => log.error({ error }, "the state of metrics is not read; it is tried again"),
  });
  recovery.start();
  running.add("metrics", () => recovery.stop());
  const { tables } = spools;
  return {
    known,
    /** For every receiver of metrics. */
    write: createMetricsSink({
      known,
      spools: {
        series: tables.series.append.bind(tables.series),
        metric_metadata: tables.metric_metadata.append.bind(tables.metric_metadata),
        samples: tables.samples.append.bind(tables.samples),
        histogram_samples: tables.histogram_samples.append.bind(tables.histogram_samples),
        exemplars: tables.exemplars.append.bind(tables.exemplars),
      },
    }),
    sums: () => {
      if (sums !== undefined) return sums;
      throw new SightglassError("unavailable", "the sums of deltas are being read", { retryAfterMs: 1000 });
    },
  };
}

type MetricsIngest = ReturnType<typeof startMetricsIngest>;

async function startReceivers(
  { config, clock, log, running }: Context,
  { tables }: TableSpools,
  metrics: MetricsIngest,
  pushgateway: Pushgateway,
) {
  const admission = new Admission({
    requestsMax: limits.concurrentRequestsMax.value,
    bytesMax: limits.requestBytesInFlightMax.value,
  });
  const shared = {
    sink: {
      spans: tables.spans.append.bind(tables.spans),
      logs: tables.logs.append.bind(tables.logs),
      metrics: createOtlpMetrics({ sink: metrics.write, sums: metrics.sums }),
    },
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
  const pushes = new ReceiverStats("pushgateway");
  for (const stats of [onPagePort, remoteWrite, pushes]) stats.address = formatAddress(config.listen);
  return {
    stats: [grpc.stats, http.stats, onPagePort, remoteWrite, pushes],
    ingest: [
      { owns: isOtlpPath, handle: createOtlpHttpHandler({ ...shared, stats: onPagePort }) },
      { owns: isPushgatewayPath, handle: createPushgatewayHandler({ ...shared, pushgateway, stats: pushes }) },
      {
        owns: isRemoteWritePath,
        handle: createRemoteWriteHandler({ ...shared, sink: metrics.write, stats: remoteWrite }),
      },
    ],
  };
}

interface Shown {
  store: Store;
  keep: RetentionLimits;
  folder: Folder;
  spools: TableSpools;
  ingest: MetricsIngest;
  receivers: Awaited<ReturnType<typeof startReceivers>>;
  scraper: Scraper;
  metricQueries: MetricQueries;
  rules: Rules;
  startedAtMs: number;
}

function startRules(
  { config, clock, log, running }: Context,
  { queries, write }: { queries: MetricQueries; write: WriteMetrics },
): Rules {
  const { folder, rule_files: files, global } = config;
  const groups = loadRuleFiles(files, { folder, intervalMs: global.evaluation_interval });
  const rules = new Rules(groups, {
    clock,
    query: (wanted) => queries.instant(wanted),
    write: async (samples) => {
      const recorded = samples.map((sample) => ({ ...sample, labels: sample.labels.entries() }));
      await write(clock.nowMs(), (block, context) => appendLabelledSamples(recorded, block, context));
    },
    onFailure: (failure) => log.warn(failure, "a rule failed; it is tried again at its next moment"),
  });
  rules.start();
  running.add("rules", () => rules.stop());
  return rules;
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

function createPrometheusDeps({ config, clock }: Context, { scraper, metricQueries, rules, startedAtMs }: Shown) {
  const { listen, otlp_grpc: grpc, otlp_http: http, retention, spool, log } = config;
  const addresses = { listen: formatAddress(listen), otlp_grpc: formatAddress(grpc), otlp_http: formatAddress(http) };
  const { age, bytes } = retention.samples;
  return {
    metrics: metricQueries,
    clock,
    version,
    startedAtMs,
    // Only what has no secrets in it.
    configText: () => stringify({ ...addresses, retention, spool, log }),
    retention: () => `${formatDurationMs(age)} or ${bytes}B`,
    rules: () => rules.groups().map(shownRuleGroup),
    alerts: () => [],
    targets: () => scraper.targets(),
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
  metrics.register(() => overflowMetrics(shown.ingest.known.overflow.report()));
  return {
    status,
    metrics: async (format: "prometheus" | "openmetrics") => {
      const families = await metrics.collect();
      return format === "openmetrics" ? openMetricsText(families) : prometheusText(families);
    },
  };
}
