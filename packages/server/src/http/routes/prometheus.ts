import { Hono } from "hono";
import type { ExternalLabels } from "../exposition/external-labels.ts";
import { prometheusCatalogueRoutes } from "./prometheus-catalogue.ts";
import { answerErrors } from "./prometheus-envelope.ts";
import { federateRoutes } from "./federate.ts";
import { prometheusQueryRoutes } from "./prometheus-query.ts";
import { prometheusReadRoutes } from "./prometheus-read.ts";
import { prometheusAdminRoutes } from "./prometheus-admin.ts";
import { prometheusSelfMetricsRoutes, type SelfMetricsDeps } from "./prometheus-self-metrics.ts";
import { prometheusRulesRoutes, type PrometheusRulesDeps } from "./prometheus-rules.ts";
import { prometheusTargetsRoutes, type PrometheusTargetsDeps } from "./prometheus-targets.ts";
import { prometheusStatusRoutes, type PrometheusStatusDeps } from "./prometheus-status.ts";

export interface PrometheusRoutesDeps
  extends PrometheusStatusDeps, PrometheusRulesDeps, PrometheusTargetsDeps, SelfMetricsDeps {
  externalLabels: () => ExternalLabels;
  onFault?: (fault: { method: string; path: string; error: unknown }) => void;
}

/** Prometheus' HTTP API. A data source or `promtool query` is pointed at `http://HOST:4319`. */
export function prometheusRoutes(deps: PrometheusRoutesDeps): Hono {
  const app = new Hono();
  for (const routes of [
    prometheusQueryRoutes(deps),
    prometheusCatalogueRoutes(deps),
    prometheusRulesRoutes(deps),
    prometheusTargetsRoutes(deps),
    prometheusStatusRoutes(deps),
    prometheusReadRoutes(deps),
    federateRoutes(deps),
    prometheusSelfMetricsRoutes(deps),
    prometheusAdminRoutes(),
  ])
    app.route("/", routes);
  return answerErrors(app, deps.onFault);
}
