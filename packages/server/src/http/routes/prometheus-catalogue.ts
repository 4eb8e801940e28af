import { formatSampleValue } from "@sightglass/promql";
import { Hono } from "hono";
import type { CatalogueRange } from "../../query/metrics-catalogue.ts";
import type { MetricQueries } from "../../query/metrics-queries.ts";
import { unescapeName } from "../exposition/escape-name.ts";
import { success, type Notes } from "./prometheus-envelope.ts";
import { invalid, noSelector, PrometheusParameters } from "./prometheus-parameters.ts";

const both = ["GET", "POST"];

/** What series, labels, metadata and exemplars there are. */
export function prometheusCatalogueRoutes({ metrics }: { metrics: MetricQueries }): Hono {
  const app = new Hono();

  app.on(both, "/api/v1/series", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const range = rangeOf(parameters, context.req.raw.signal);
    if (range.selectors.length === 0) throw noSelector();
    const { kept, notes } = cut(await metrics.series(range), range.limit);
    return success(
      context,
      kept.map((labels) => labels.toObject()),
      notes,
    );
  });

  app.on(both, "/api/v1/labels", async (context) => {
    const range = rangeOf(await PrometheusParameters.of(context), context.req.raw.signal);
    const { kept, notes } = cut(await metrics.labelNames(range), range.limit);
    return success(context, kept, notes);
  });

  app.get("/api/v1/label/:name/values", async (context) => {
    const name = unescapeName(context.req.param("name"));
    if (name === "") throw invalid("name", `invalid label name: ${JSON.stringify(name)}`);
    const range = rangeOf(await PrometheusParameters.of(context), context.req.raw.signal);
    const { kept, notes } = cut(await metrics.labelValues({ ...range, name }), range.limit);
    return success(context, kept, notes);
  });

  app.get("/api/v1/metadata", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const metric = parameters.text("metric");
    const found = await metrics.metadata({
      ...(metric === undefined ? {} : { metric }),
      limit: parameters.limit(),
      limitPerMetric: parameters.limit("limit_per_metric"),
      signal: context.req.raw.signal,
    });
    return success(context, Object.fromEntries(found));
  });

  app.on(both, "/api/v1/query_exemplars", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const startMs = parameters.timeMs("start") ?? Number.MIN_SAFE_INTEGER;
    const endMs = parameters.timeMs("end") ?? Number.MAX_SAFE_INTEGER;
    if (endMs < startMs) throw invalid("end", "end timestamp must not be before start time");
    const query = parameters.required("query");
    const found = await metrics.exemplars({ query, startMs, endMs, signal: context.req.raw.signal });
    return success(
      context,
      found.map(({ labels, exemplars }) => ({
        seriesLabels: labels.toObject(),
        exemplars: exemplars.map((exemplar) => ({
          labels: exemplar.labels,
          value: formatSampleValue(exemplar.value),
          timestamp: exemplar.timeMs / 1000,
        })),
      })),
    );
  });
  return app;
}

function rangeOf(parameters: PrometheusParameters, signal: AbortSignal): CatalogueRange & { limit: number } {
  const [startMs, endMs] = [parameters.timeMs("start"), parameters.timeMs("end")];
  if (startMs !== undefined && endMs !== undefined && endMs < startMs)
    throw invalid("end", "end timestamp must not be before start time");
  return {
    selectors: parameters.selectors(),
    limit: parameters.limit(),
    signal,
    ...(startMs === undefined ? {} : { startMs }),
    ...(endMs === undefined ? {} : { endMs }),
  };
}

function cut<Item>(found: readonly Item[], limit: number): { kept: readonly Item[]; notes: Notes } {
  if (limit === 0 || found.length <= limit) return { kept: found, notes: {} };
  return { kept: found.slice(0, limit), notes: { warnings: ["results truncated due to limit"] } };
}
