import { formatDurationMs } from "@sightglass/promql";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { formatAddress } from "../config/quantities.ts";
import { shownRuleGroup } from "../evaluate/shown-rules.ts";
import { createApp } from "../http/app.ts";
import { authorizeReads, checkAsked } from "../http/read-access.ts";
import { healthRoutes } from "../http/routes/health.ts";
import { jaegerRoutes } from "../http/routes/jaeger.ts";
import { liveRoutes } from "../http/routes/live.ts";
import { pageRoutes } from "../http/routes/page.ts";
import { pipelinesRoutes } from "../http/routes/pipelines.ts";
import { prometheusHealthRoutes } from "../http/routes/prometheus-status.ts";
import { prometheusRoutes } from "../http/routes/prometheus.ts";
import { reloadRoutes } from "../http/routes/reload.ts";
import { runsRoutes } from "../http/routes/runs.ts";
import { statusRoutes } from "../http/routes/status.ts";
import { tempoRoutes } from "../http/routes/tempo.ts";
import { traceRoutes } from "../http/routes/traces.ts";
import { createHttpServer } from "../http/server.ts";
import { createRunQueries } from "../query/runs-queries.ts";
import { createTraceQueries } from "../query/trace-queries.ts";
import { createHealth } from "../self/health.ts";
import { version } from "../self/version.ts";
import { createDoor } from "./doors.ts";
import type { Context } from "./context.ts";
import type { Shown } from "./shown.ts";
import { createStatus, healthParts } from "./status.ts";

export async function startHttp(context: Context, shown: Shown): Promise<void> {
  const { config, clock, log, running, reload } = context;
  const { authorize, store, folder, receivers } = shown;
  const onFault = (fault: { method: string; path: string; error: unknown }) => log.error(fault, "a request failed");
  const runs = createRunQueries({ store });
  const traces = createTraceQueries({ store });
  const app = createApp({
    routes: [
      healthRoutes({ health: createHealth(healthParts(shown), { clock }) }),
      prometheusHealthRoutes(),
      // Health is for load balancers and orchestrators, which may ask by any name.
      checkAsked(createDoor(context, config.listen)),
      reloadRoutes({ authorize, reload: () => reload.run() }),
      authorizeReads(authorize),
      statusRoutes(createStatus(context, shown)),
      runsRoutes({ runs }),
      pipelinesRoutes({ runs, clock }),
      liveRoutes({ clock, version, subscribe: (listener) => folder.subscribe(listener) }),
      traceRoutes({ traces, clock }),
      jaegerRoutes({ traces, clock, onFault }),
      tempoRoutes({ traces, clock, version, onFault }),
      prometheusRoutes({ ...createPrometheusDeps(context, shown), onFault }),
      pageRoutes({ folder: fileURLToPath(new URL("../ui/", import.meta.url)) }),
    ],
    onFault,
  });
  const server = createHttpServer({ address: config.listen, tls: shown.tls, app, ingest: receivers.ingest, clock });
  await server.start();
  running.add("http", () => server.stop());
}

function createPrometheusDeps(
  { config, clock, reload, metrics }: Context,
  { scraper, metricQueries, rules, startedAtMs }: Shown,
) {
  const { listen, otlp_grpc: grpc, otlp_http: http, spool } = config;
  const addresses = { listen: formatAddress(listen), otlp_grpc: formatAddress(grpc), otlp_http: formatAddress(http) };
  return {
    metrics: metricQueries,
    clock,
    version,
    startedAtMs,
    externalLabels: () => reload.current.global.external_labels,
    reload,
    // Only what has no secrets in it.
    configText: () => {
      const { retention, log } = reload.current;
      const kept = Object.entries(retention).map(([signal, { age, bytes }]) => [
        signal,
        { age: formatDurationMs(age), bytes: `${bytes}B` },
      ]);
      return stringify({
        ...addresses,
        retention: Object.fromEntries(kept) as object,
        spool: { bytes: `${spool.bytes}B` },
        log,
      });
    },
    retention: () => {
      const { age, bytes } = reload.current.retention.samples;
      return `${formatDurationMs(age)} or ${bytes}B`;
    },
    rules: () => rules.groups().map(shownRuleGroup),
    alerts: () => [],
    targets: () => scraper.targets(),
    relabelSteps: scraper.relabelSteps.bind(scraper),
    selfMetrics: () => metrics.collect(),
  };
}
