import { parse, print, type QueryStats } from "@sightglass/promql";
import { Hono, type Context } from "hono";
import type { Clock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import type { MetricQueries, QueryLimits } from "../../query/metrics-queries.ts";
import { streamBody } from "../stream-body.ts";
import { astJson } from "./prometheus-ast.ts";
import { success } from "./prometheus-envelope.ts";
import { invalid, PrometheusParameters } from "./prometheus-parameters.ts";
import { limited, resultJson } from "./prometheus-result.ts";

export interface PrometheusQueryDeps {
  metrics: MetricQueries;
  clock: Clock;
}

const both = ["GET", "POST"];

/** Instant and range queries, and what is said about a query without running it. */
export function prometheusQueryRoutes({ metrics, clock }: PrometheusQueryDeps): Hono {
  const app = new Hono();

  app.on(both, "/api/v1/query", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const limit = parameters.limit();
    const timeMs = parameters.timeMs("time") ?? clock.nowMs();
    const query = parameters.required("query");
    const asked = queryLimits(parameters, context);
    const startedMs = clock.monotonicMs();
    const result = await metrics.instant({ ...asked, query, timeMs });
    return answer(limited(result, limit), statsOf(parameters, result.stats, clock.monotonicMs() - startedMs));
  });

  app.on(both, "/api/v1/query_range", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const limit = parameters.limit();
    const range = rangeOf(parameters);
    const query = parameters.required("query");
    const asked = queryLimits(parameters, context);
    const startedMs = clock.monotonicMs();
    const result = await metrics.range({ ...asked, ...range, query });
    return answer(limited(result, limit), statsOf(parameters, result.stats, clock.monotonicMs() - startedMs));
  });

  app.on(both, "/api/v1/format_query", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    return success(context, print(parse(parameters.required("query"))));
  });

  app.on(both, "/api/v1/parse_query", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    return success(context, astJson(parse(parameters.required("query"))));
  });
  return app;
}

type Answered = Awaited<ReturnType<MetricQueries["instant"]>>;

function answer(result: Answered, stats: object | undefined): Response {
  return new Response(streamBody(resultJson(result, stats)), { headers: { "content-type": "application/json" } });
}

function queryLimits(parameters: PrometheusParameters, context: Context): QueryLimits {
  const lookbackMs = parameters.durationMs("lookback_delta");
  const timeoutMs = parameters.durationMs("timeout");
  return {
    signal: context.req.raw.signal,
    ...(lookbackMs === undefined || lookbackMs <= 0 ? {} : { lookbackMs }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function rangeOf(parameters: PrometheusParameters): { startMs: number; endMs: number; stepMs: number } {
  const startMs = parameters.requiredTimeMs("start");
  const endMs = parameters.requiredTimeMs("end");
  if (endMs < startMs) throw invalid("end", "end timestamp must not be before start time");
  parameters.required("step");
  const stepMs = parameters.durationMs("step") ?? 0;
  if (stepMs <= 0)
    throw invalid("step", "zero or negative query resolution step widths are not accepted. Try a positive integer");
  if ((endMs - startMs) / stepMs > limits.metricStepsMax.value)
    throw new SightglassError(
      "invalid_argument",
      "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
    );
  return { startMs, endMs, stepMs };
}

/** Prometheus' names where there are any; what the engine computed and how much was read besides. */
function statsOf(parameters: PrometheusParameters, stats: QueryStats, tookMs: number): object | undefined {
  if (parameters.text("stats") === undefined) return undefined;
  const seconds = tookMs / 1000;
  return {
    timings: {
      evalTotalTime: seconds,
      resultSortTime: 0,
      queryPreparationTime: 0,
      innerEvalTime: seconds,
      execQueueTime: 0,
      execTotalTime: seconds,
    },
    samples: { totalQueryableSamples: stats.samplesSelected, peakSamples: stats.samplesPeak },
    sightglass: {
      seriesSelected: stats.seriesSelected,
      samplesSelected: stats.samplesSelected,
      selectorsComputed: stats.selectorsComputed,
      selectors: stats.selectors,
    },
  };
}
