import { statfs } from "node:fs/promises";
import { createStatusReader } from "../http/routes/status.ts";
import type { HealthPart } from "../self/health.ts";
import { hostMetrics } from "../self/host-metrics.ts";
import { openMetricsText, prometheusText } from "../self/metrics.ts";
import { overflowMetrics } from "../self/overflow-metrics.ts";
import { watchProcess } from "../self/process-state.ts";
import { statusMetrics } from "../self/server-metrics.ts";
import { version } from "../self/version.ts";
import { addCounts } from "../spool/ledger.ts";
import { readTableStatus } from "../store/table-status.ts";
import type { Context } from "./context.ts";
import { reloadMetrics } from "./reload.ts";
import type { Shown } from "./shown.ts";

export function healthParts({ store, spools, tls }: Shown): HealthPart[] {
  return [
    ...(tls === undefined ? [] : [{ name: "tls", isNeededToServe: false, check: () => tls.health() }]),
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

export function createStatus({ config, clock, running, metrics, reload }: Context, shown: Shown) {
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
      const tables = await readTableStatus(store, keep());
      const disk = await statfs(config.data);
      const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
      return { bytes, diskFreeBytes: disk.bavail * disk.bsize, tables };
    },
    spool: () => spools.status(),
    receivers: () => receivers.stats,
    process: () => watch.read(),
    fold: () => folder.status(),
    cardinality: () => ({
      seriesPerMetricMax: reload.current.metrics.series_per_metric,
      overflows: shown.ingest.known.overflow.report(),
    }),
  });
  metrics.register(() => reloadMetrics(reload));
  metrics.register(hostMetrics);
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
