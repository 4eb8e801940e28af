import { hostname } from "node:os";
import { Hono } from "hono";
import type { Clock } from "../../model/clock.ts";
import type { MetricQueries } from "../../query/metrics-queries.ts";
import { success } from "./prometheus-envelope.ts";
import { features, flags } from "./prometheus-features.ts";
import { invalid, PrometheusParameters } from "./prometheus-parameters.ts";

export interface PrometheusStatusDeps {
  metrics: MetricQueries;
  clock: Clock;
  /** Of this server. */
  version: string;
  startedAtMs: number;
  /** How reading the configuration went the last time. */
  reload: { readonly hasSucceeded: boolean; readonly succeededAtMs: number };
  /** The configuration as text, without secrets. */
  configText: () => string;
  /** `head` of the answers about retention, such as `400d or 20GiB`. */
  retention: () => string;
}

/** The version of Prometheus whose language and API are followed; clients choose features by it. */
const apiVersion = "3.14.0";

/** `/api/v1/status/*`: what clients ask to know whom they talk to. */
export function prometheusStatusRoutes(deps: PrometheusStatusDeps): Hono {
  const { metrics, clock, version, startedAtMs } = deps;
  const app = new Hono();

  app.get("/api/v1/status/buildinfo", (context) =>
    success(context, {
      version: apiVersion,
      revision: `sightglass-${version}`,
      branch: "",
      buildUser: "",
      buildDate: "",
      goVersion: "",
    }),
  );

  app.get("/api/v1/status/config", (context) => success(context, { yaml: deps.configText() }));

  app.get("/api/v1/status/flags", (context) => success(context, flags));

  app.get("/api/v1/features", (context) => success(context, features));

  app.get("/api/v1/status/runtimeinfo", async (context) => {
    const { seriesCount } = await metrics.cardinality({
      nowMs: clock.nowMs(),
      limit: 1,
      signal: context.req.raw.signal,
    });
    return success(context, {
      startTime: new Date(startedAtMs).toISOString(),
      CWD: "",
      hostname: hostname(),
      serverTime: new Date(clock.nowMs()).toISOString(),
      reloadConfigSuccess: deps.reload.hasSucceeded,
      lastConfigTime: new Date(deps.reload.succeededAtMs).toISOString(),
      corruptionCount: 0,
      goroutineCount: 0,
      GOMAXPROCS: 0,
      GOMEMLIMIT: 0,
      GOGC: "",
      GODEBUG: "",
      storageRetention: deps.retention(),
      timeSeriesCount: seriesCount,
    });
  });

  app.get("/api/v1/status/tsdb", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const limit = tsdbLimit(parameters);
    const found = await metrics.cardinality({ nowMs: clock.nowMs(), limit, signal: context.req.raw.signal });
    return success(context, {
      headStats: {
        numSeries: found.seriesCount,
        numLabelPairs: found.labelPairCount,
        chunkCount: 0,
        minTime: found.minTimeMs ?? 0,
        maxTime: found.maxTimeMs ?? 0,
      },
      seriesCountByMetricName: found.seriesByMetric,
      labelValueCountByLabelName: found.valuesByLabel,
      memoryInBytesByLabelName: found.bytesByLabel,
      seriesCountByLabelValuePair: found.seriesByPair,
    });
  });

  // Samples lie in tables, which have no blocks of a TSDB.
  app.get("/api/v1/status/tsdb/blocks", (context) => success(context, { blocks: [] }));

  // There is no log to replay: what the spool holds is stored while queries are answered.
  app.get("/api/v1/status/walreplay", (context) => success(context, { min: 0, max: 0, current: 0, state: "done" }));
  return app;
}

const tsdbLimitMax = 10_000;

function tsdbLimit(parameters: PrometheusParameters): number {
  if (parameters.text("limit") === undefined) return 10;
  const limit = parameters.limit();
  if (limit === 0) throw invalid("limit", "limit must be a positive number");
  if (limit > tsdbLimitMax) throw invalid("limit", `limit must not exceed ${tsdbLimitMax}`);
  return limit;
}

/** What load balancers and Prometheus' own tools ask, without a token. */
export function prometheusHealthRoutes(): Hono {
  const app = new Hono();
  app.get("/-/healthy", (context) => context.text("Sightglass is healthy.\n"));
  app.get("/-/ready", (context) => context.text("Sightglass is ready.\n"));
  return app;
}
