import type { Matcher } from "@sightglass/promql";
import { Hono } from "hono";
import type { MetricQueries } from "../../query/metrics-queries.ts";
import { success } from "./prometheus-envelope.ts";
import { invalid, PrometheusParameters } from "./prometheus-parameters.ts";

/** A target in the shape of `/api/v1/targets`, as far as it is looked at here. */
export interface ShownTarget {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapePool: string;
}

/** A step of `/api/v1/targets/relabel_steps`. */
export interface RelabelStep {
  readonly rule: object;
  readonly output: Readonly<Record<string, string>>;
  readonly keep: boolean;
}

/** Targets in the shapes of `/api/v1/targets`. */
export interface ShownTargets {
  activeTargets: readonly ShownTarget[];
  droppedTargets: readonly { readonly scrapePool: string }[];
  /** By the name of the pool. */
  droppedTargetCounts: Readonly<Record<string, number>>;
}

export interface PrometheusTargetsDeps {
  targets: () => ShownTargets;
  /** What each rule of a pool's `relabel_configs` makes of labels; undefined for a pool that is not known. */
  relabelSteps: (pool: string, labels: ReadonlyMap<string, string>) => readonly RelabelStep[] | undefined;
  metrics: MetricQueries;
}

/** What is scraped, and whom alerts are sent to by Prometheus' own discovery (nobody: alerts go out from here). */
export function prometheusTargetsRoutes({ targets, relabelSteps, metrics }: PrometheusTargetsDeps): Hono {
  const app = new Hono();

  app.get("/api/v1/targets", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const state = (parameters.text("state") ?? "any").toLowerCase();
    if (!["any", "active", "dropped"].includes(state)) throw invalid("state", `not supported value "${state}"`);
    const pool = parameters.text("scrapePool");
    const inPool = (target: { readonly scrapePool: string }): boolean =>
      pool === undefined || target.scrapePool === pool;
    const { activeTargets, droppedTargets, droppedTargetCounts } = targets();
    return success(context, {
      activeTargets: state === "dropped" ? [] : activeTargets.filter(inPool),
      droppedTargets: state === "active" ? [] : droppedTargets.filter(inPool),
      droppedTargetCounts,
    });
  });

  app.get("/api/v1/targets/relabel_steps", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const pool = parameters.required("scrapePool");
    const steps = relabelSteps(pool, labelsOf(parameters.required("labels")));
    if (steps === undefined) throw invalid("scrapePool", `no scrape pool ${JSON.stringify(pool)} is known`);
    return success(context, { steps });
  });

  app.get("/api/v1/scrape_pools", (context) =>
    success(context, { scrapePools: Object.keys(targets().droppedTargetCounts).sort() }),
  );

  app.get("/api/v1/targets/metadata", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const matchers = parameters.text("match_target") === undefined ? [] : parameters.selector("match_target");
    const metric = parameters.text("metric");
    const limit = parameters.limit();
    const wanted = targets().activeTargets.filter(({ labels }) => matchesAll(matchers, labels));
    const found = await metrics.targetMetadata({
      targets: wanted.map(({ labels }) => ({ job: labels["job"] ?? "", instance: labels["instance"] ?? "" })),
      ...(metric === undefined ? {} : { metric }),
      signal: context.req.raw.signal,
    });
    const rows = found.flatMap(({ target, metadata }) =>
      metadata.map((each) => ({
        target: wanted[target]?.labels ?? {},
        // Asked for one metric, Prometheus leaves its name out.
        ...(metric === undefined ? { metric: each.metric } : {}),
        type: each.type,
        help: each.help,
        unit: each.unit,
      })),
    );
    return success(context, limit > 0 ? rows.slice(0, limit) : rows);
  });

  app.get("/api/v1/alertmanagers", (context) =>
    success(context, { activeAlertmanagers: [], droppedAlertmanagers: [] }),
  );
  return app;
}

function labelsOf(json: string): Map<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw invalid("labels", (cause as Error).message);
  }
  const entries = Object.entries(parsed ?? {});
  if (typeof parsed !== "object" || Array.isArray(parsed) || entries.some(([, value]) => typeof value !== "string"))
    throw invalid("labels", "expected a JSON object of label names and values");
  return new Map(entries);
}

function matchesAll(matchers: readonly Matcher[], labels: Readonly<Record<string, string>>): boolean {
  return matchers.every((matcher) => matcher.matches(labels[matcher.name] ?? ""));
}
