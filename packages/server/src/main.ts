import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";
import type { Config } from "./config/schema.ts";
import { LogBlock } from "./decode/log-block.ts";
import { SpanBlock } from "./decode/span-block.ts";
import { formatAddress } from "./config/quantities.ts";
import { Folder } from "./fold/folder.ts";
import { createApp } from "./http/app.ts";
import { liveRoutes } from "./http/routes/live.ts";
import { pageRoutes } from "./http/routes/page.ts";
import { pipelinesRoutes } from "./http/routes/pipelines.ts";
import { runsRoutes } from "./http/routes/runs.ts";
import { createHttpServer } from "./http/server.ts";
import { type Clock, systemClock } from "./model/clock.ts";
import { limits } from "./model/limits.ts";
import { createAuthorize } from "./model/tokens.ts";
import { Admission } from "./receive/admission.ts";
import { createOtlpGrpcReceiver } from "./receive/otlp-grpc.ts";
import { createOtlpHttpHandler, isOtlpPath } from "./receive/otlp-http-handler.ts";
import { createOtlpHttpReceiver } from "./receive/otlp-http.ts";
import { ReceiverStats } from "./receive/receiver-stats.ts";
import { createRunQueries } from "./query/runs-queries.ts";
import { createLog, type Log } from "./self/log.ts";
import { version } from "./self/version.ts";
import { openSpool } from "./spool/open.ts";
import { readStoredCounts } from "./store/ledger-counts.ts";
import { migrate } from "./store/migrate.ts";
import { openEmbeddedStore } from "./store/embedded/store.ts";
import { openClusterStore } from "./store/cluster/store.ts";
import { lockFolder } from "./store/folder-lock.ts";
import type { Store } from "./store/store.ts";

export interface Server {
  /** @throws SightglassError port_taken, data_folder_in_use, config_invalid, store_unavailable; then nothing is left running */
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Part {
  readonly name: string;
  stop(): Promise<void> | void;
}

/** Parts that run, in the order in which they started; they stop in reverse. */
class Running {
  readonly #parts: Part[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(part: Part): void {
    this.#parts.push(part);
  }

  /** One part that does not stop cleanly keeps no other from stopping. */
  async stop(): Promise<void> {
    for (const part of this.#parts.splice(0).toReversed()) {
      try {
        await part.stop();
      } catch (error) {
        this.#log.error({ part: part.name, error }, "did not stop cleanly");
      }
    }
  }
}

/**
 * The whole server: the one place that knows all parts.
 * @param config as config/load.ts made it
 */
export function createServer(config: Config, { clock = systemClock }: { clock?: Clock } = {}): Server {
  const log = createLog({ level: config.log.level });
  const running = new Running(log);
  return {
    async start() {
      try {
        await start({ config, clock, log, running });
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
}

async function start(context: Context): Promise<void> {
  const { config, clock, log, running } = context;
  const startedAtMs = clock.nowMs();
  const store = await openStore(context);
  const folder = new Folder({ store, clock, onFault: (error) => log.error({ error }, "fold failed; it is tried again") });
  await folder.start();
  running.add({ name: "fold", stop: () => folder.stop() });
  const spools = await openSpools(context, store, folder);
  const receivers = await startReceivers(context, spools);
  await startHttp(context, { store, folder, spools, receivers, startedAtMs });
  log.info({ page: `http://${formatAddress(config.listen)}`, tookMs: clock.nowMs() - startedAtMs }, "ready");
}

async function openStore({ config, clock, running }: Context): Promise<Store> {
  const store = config.store.url === undefined ? await openEmbeddedStore({ dataDir: config.data }) : await openCluster(config, running);
  running.add({ name: "store", stop: () => store.close() });
  await migrate(store, { clock });
  return store;
}

/** The spool stays in the data folder, which the embedded engine would have locked. */
async function openCluster({ data, store: { url = "", cluster, ...login } }: Config, running: Running): Promise<Store> {
  const lock = lockFolder(data);
  running.add({ name: "data folder", stop: () => lock.release() });
  return openClusterStore({ url, ...login, ...(cluster === undefined ? {} : { clusterName: cluster }) });
}

type OtlpSpools = Awaited<ReturnType<typeof openSpools>>;

async function openSpools({ config, clock, log, running }: Context, store: Store, folder: Folder) {
  const spools = await openSpool({
    dataDir: config.data,
    clock,
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
    newBlock: { spans: () => new SpanBlock(), logs: () => new LogBlock() },
    insert: (segment) => store.insertSegment(segment),
    storedCounts: () => readStoredCounts(store),
    onStored: () => folder.nudge(),
    log: (event) => log.info(event, `spool: ${event.type}`),
    settings: { spoolBytesMax: config.spool.bytes },
  });
  running.add({ name: "spool", stop: () => spools.stop() });
  return spools;
}

async function startReceivers({ config, clock, log, running }: Context, { tables }: OtlpSpools) {
  const admission = new Admission({
    requestsMax: limits.concurrentRequestsMax.value,
    bytesMax: limits.requestBytesInFlightMax.value,
  });
  const shared = {
    sink: {
      spans: tables.spans.append.bind(tables.spans),
      logs: tables.logs.append.bind(tables.logs),
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
    running.add({ name: receiver.stats.protocol, stop: () => receiver.stop() });
  }
  // The same on the page's port, for clients that know only one address.
  const onPagePort = new ReceiverStats("otlp-http");
  onPagePort.address = formatAddress(config.listen);
  return {
    stats: [grpc.stats, http.stats, onPagePort],
    handle: createOtlpHttpHandler({ ...shared, stats: onPagePort }),
  };
}

interface Shown {
  store: Store;
  folder: Folder;
  spools: OtlpSpools;
  receivers: Awaited<ReturnType<typeof startReceivers>>;
  startedAtMs: number;
}

async function startHttp({ config, clock, log, running }: Context, shown: Shown): Promise<void> {
  const { store, folder, receivers } = shown;
  const runs = createRunQueries({ store });
  const routes: Hono[] = [
    runsRoutes({ runs }),
    pipelinesRoutes({ runs, clock }),
    liveRoutes({ clock, version, subscribe: (listener) => folder.subscribe(listener) }),
    new Hono().get("/health/ready", (c) => c.json({ status: "ok" })).get("/api/status", async (c) => c.json({ ledger: await shown.spools.ledger(), spool: shown.spools.status() })),
    pageRoutes({ folder: fileURLToPath(new URL("./ui/", import.meta.url)) }),
  ];
  const app = createApp({ routes, onFault: ({ method, path, error }) => log.error({ method, path, error }, "a request failed") });
  const server = createHttpServer({
    address: config.listen,
    app,
    ingest: { owns: isOtlpPath, handle: receivers.handle },
    clock,
  });
  await server.start();
  running.add({ name: "http", stop: () => server.stop() });
}
