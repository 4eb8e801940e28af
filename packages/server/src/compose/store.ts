import type { Config } from "../config/schema.ts";
import { SightglassError } from "../model/errors.ts";
import type { Running } from "../self/running.ts";
import { Chunking } from "../store/chunking.ts";
import { LibraryPages } from "../store/embedded/library-pages.ts";
import { CollectorTables } from "../store/collector-tables.ts";
import { openEmbeddedStore } from "../store/embedded/store.ts";
import { lockFolder } from "../store/folder-lock.ts";
import { measuredStore } from "../store/measured-store.ts";
import { migrate } from "../store/migrate.ts";
import { Retention, type RetentionLimits } from "../store/retention.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";

export async function openStore({ config, clock, running, metrics }: Context): Promise<Store> {
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
async function openCluster(
  { data, store: { url = "", cluster, collector: _collector, ...login } }: Config,
  running: Running,
): Promise<Store> {
  const lock = lockFolder(data);
  running.add("data folder", () => lock.release());
  // Its client is loaded by those only who use it.
  const { openClusterStore } = await import("../store/cluster/store.ts");
  return openClusterStore({ url, ...login, ...(cluster === undefined ? {} : { clusterName: cluster }) });
}

/** Only where the engine is in this process. */
export async function startLibraryPages({ clock, running }: Context, store: Store): Promise<void> {
  if (store.kind !== "embedded") return;
  const pages = await LibraryPages.open({ clock });
  pages?.start();
  running.add("library pages", () => pages?.stop());
}

export function startRetention(
  { clock, log, running, reload }: Context,
  store: Store,
  onDropped: () => void,
): () => RetentionLimits {
  const keepOf = ({ age, bytes }: { age: number; bytes: number }) => ({ ageMaxMs: age, bytesMax: bytes });
  const keep = () => {
    const { spans, logs, runs, samples } = reload.current.retention;
    return { spans: keepOf(spans), logs: keepOf(logs), runs: keepOf(runs), samples: keepOf(samples) };
  };
  const retention = new Retention({
    store,
    clock,
    keep,
    onDrop: (drop) => {
      onDropped();
      log.info(drop, "retention");
    },
    onFailure: (error) => log.error({ error }, "retention failed; it is tried again"),
  });
  retention.start();
  running.add("retention", () => retention.stop());
  return keep;
}

export function startChunking({ clock, log, running }: Context, store: Store): void {
  const chunking = new Chunking({
    store,
    clock,
    onFolded: (folded) => log.debug(folded, "samples folded"),
    onFailure: (error) => log.error({ error }, "folding samples failed; it is tried again"),
  });
  chunking.start();
  running.add("chunking", () => chunking.stop());
}

/** @throws SightglassError config_invalid when the embedded engine is used: nothing else can write to it */
export function startCollectorTables({ config, clock, log, running }: Context, store: Store): void {
  const { traces, logs } = config.store.collector;
  const tables = { ...(traces === undefined ? {} : { traces }), ...(logs === undefined ? {} : { logs }) };
  if (Object.keys(tables).length === 0) return;
  if (store.kind === "embedded") {
    throw new SightglassError("config_invalid", "store.collector needs store.url", {
      hint: "a Collector can write to a ClickHouse server only; to send it to the embedded engine use its otlp exporter",
    });
  }
  const collector = new CollectorTables({
    store,
    clock,
    tables,
    onJoined: (joined) => log.info(joined, "a Collector's table is read"),
    onMissing: (missing) => log.warn(missing, "a Collector's table is not there yet; it is looked for every minute"),
    onFailure: (error) => log.error({ error }, "a Collector's table cannot be read; it is tried again"),
  });
  collector.start();
  running.add("collector tables", () => collector.stop());
}
