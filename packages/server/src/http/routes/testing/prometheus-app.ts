import type { Clock } from "../../../model/clock.ts";
import { createMetricQueries } from "../../../query/metrics-queries.ts";
import { insertSeries, type SeriesFixture } from "../../../query/testing/stored-series.ts";
import { openTemporaryStore } from "../../../query/testing/stored-spans.ts";
import type { Store } from "../../../store/store.ts";
import { createApp } from "../../app.ts";
import type { ExternalLabels } from "../../exposition/external-labels.ts";
import { prometheusRoutes } from "../prometheus.ts";
import type { ShownRuleGroup } from "../prometheus-rules.ts";

/** Ten minutes of samples end here. */
export const nowMs = Date.UTC(2026, 10, 20, 12);

export interface PrometheusApp {
  store: Store;
  request: (path: string, init?: RequestInit) => Promise<Response>;
  /** The status and the JSON of an answer. */
  get: (path: string, init?: RequestInit) => Promise<{ status: number; body: unknown }>;
  close: () => Promise<void>;
}

/** Prometheus' API over a store with the series, at `nowMs`. */
export async function openPrometheusApp(
  fixtures: readonly SeriesFixture[],
  { rules = [], externalLabels = {} }: { rules?: readonly ShownRuleGroup[]; externalLabels?: ExternalLabels } = {},
): Promise<PrometheusApp> {
  const { store, remove } = await openTemporaryStore();
  await insertSeries(store, fixtures);
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => 0, after: () => () => {} };
  const routes = prometheusRoutes({
    metrics: createMetricQueries({ store, clock }),
    clock,
    version: "1.2.3",
    startedAtMs: nowMs - 1000,
    externalLabels: () => externalLabels,
    reload: { hasSucceeded: true, succeededAtMs: nowMs - 1000 },
    configText: () => "listen: 127.0.0.1:4319\n",
    retention: () => "400d",
    rules: () => rules,
    alerts: () => [],
    relabelSteps: (pool, labels) =>
      pool === "a" ? [{ rule: { action: "keep" }, output: Object.fromEntries(labels), keep: true }] : undefined,
    selfMetrics: async () => [
      { name: "self_total", type: "counter", help: "A counter.", samples: [{ labels: { code: "x" }, value: 3 }] },
      {
        name: "self_seconds",
        type: "histogram",
        help: "",
        samples: [
          { suffix: "_bucket", labels: { le: "0.5" }, value: 1 },
          { suffix: "_bucket", labels: { le: "+Inf" }, value: 2 },
          { suffix: "_sum", labels: {}, value: NaN },
          { suffix: "_count", labels: {}, value: 2 },
        ],
      },
    ],
    targets: () => ({
      activeTargets: [{ labels: { job: "a", instance: "1" }, scrapePool: "a" }],
      droppedTargets: [],
      droppedTargetCounts: { b: 2, a: 0 },
    }),
  });
  const app = createApp({ routes: [routes] });
  const request = async (path: string, init?: RequestInit) => app.request(path, init);
  return {
    store,
    request,
    async get(path, init) {
      const answer = await request(path, init);
      return { status: answer.status, body: (await answer.json()) as unknown };
    },
    close: remove,
  };
}
