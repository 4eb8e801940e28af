import type { Matcher } from "@sightglass/promql";
import { Hono } from "hono";
import { success } from "./prometheus-envelope.ts";
import { invalid, PrometheusParameters } from "./prometheus-parameters.ts";

/** A rule as the rules page of Prometheus' API shows it. */
export interface ShownRule {
  type: "recording" | "alerting";
  name: string;
  query: string;
  labels: Readonly<Record<string, string>>;
  health: "ok" | "err" | "unknown";
  lastError?: string;
  /** Seconds. */
  evaluationTime: number;
  lastEvaluationMs: number;
  /** Of alerting rules. */
  state?: "inactive" | "pending" | "firing" | "unknown";
  duration?: number;
  keepFiringFor?: number;
  annotations?: Readonly<Record<string, string>>;
  alerts?: readonly object[];
}

export interface ShownRuleGroup {
  name: string;
  file: string;
  /** Seconds. */
  interval: number;
  limit: number;
  evaluationTime: number;
  lastEvaluationMs: number;
  rules: readonly ShownRule[];
}

export interface PrometheusRulesDeps {
  rules: () => readonly ShownRuleGroup[];
  alerts: () => readonly object[];
}

/** Rules and alerts as they stand. */
export function prometheusRulesRoutes({ rules, alerts }: PrometheusRulesDeps): Hono {
  const app = new Hono();

  app.get("/api/v1/rules", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const type = parameters.text("type");
    if (type !== undefined && type !== "alert" && type !== "record")
      throw invalid("type", `not supported value ${JSON.stringify(type)}`);
    const names = new Set(parameters.texts("rule_name[]"));
    const groups = new Set(parameters.texts("rule_group[]"));
    const files = new Set(parameters.texts("file[]"));
    const selectors = parameters.selectors();
    const withoutAlerts = parameters.flag("exclude_alerts");
    const isWanted = (rule: ShownRule): boolean =>
      (type === undefined || rule.type === (type === "alert" ? "alerting" : "recording")) &&
      (names.size === 0 || names.has(rule.name)) &&
      (selectors.length === 0 || selectors.some((matchers) => isLabelled(rule, matchers)));
    const shown = rules()
      .filter(({ name, file }) => (groups.size === 0 || groups.has(name)) && (files.size === 0 || files.has(file)))
      .map((group) => ({ ...group, rules: group.rules.filter(isWanted).map((rule) => shownRule(rule, withoutAlerts)) }))
      .filter(({ rules: kept }) => kept.length > 0 || (names.size + selectors.length === 0 && type === undefined));
    const page = paged(shown, parameters);
    return success(context, {
      groups: page.groups.map((group) => groupJson(group)),
      ...(page.next === undefined ? {} : { groupNextToken: page.next }),
    });
  });

  app.get("/api/v1/alerts", (context) => success(context, { alerts: alerts() }));
  return app;
}

/** `match[]` speaks of a rule's own labels. */
function isLabelled({ labels }: ShownRule, matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => matcher.matches(labels[matcher.name] ?? ""));
}

function shownRule(rule: ShownRule, withoutAlerts: boolean): ShownRule {
  return withoutAlerts && rule.alerts !== undefined ? { ...rule, alerts: [] } : rule;
}

/** `group_limit` groups, from the one that `group_next_token` names. */
function paged(groups: readonly ShownRuleGroup[], parameters: PrometheusParameters) {
  const limit = parameters.limit("group_limit");
  const token = parameters.text("group_next_token");
  if (limit === 0 && parameters.text("group_limit") !== undefined)
    throw invalid("group_limit", "group_limit needs to be a valid number and greater than 0");
  if (token !== undefined && limit === 0)
    throw invalid("group_limit", "group_limit needs to be present in order to paginate over the groups");
  const tokenOf = ({ file, name }: ShownRuleGroup): string => Buffer.from(`${file};${name}`).toString("hex");
  const start = token === undefined ? 0 : groups.findIndex((group) => tokenOf(group) === token);
  if (start < 0) throw invalid("group_next_token", "invalid group_next_token: no such group is left, begin again");
  const rest = groups.slice(start);
  const following = limit > 0 ? rest[limit] : undefined;
  return {
    groups: limit > 0 ? rest.slice(0, limit) : rest,
    next: following === undefined ? undefined : tokenOf(following),
  };
}

const iso = (timeMs: number): string => (timeMs === 0 ? "0001-01-01T00:00:00Z" : new Date(timeMs).toISOString());

function groupJson({ lastEvaluationMs, rules, ...group }: ShownRuleGroup): object {
  return {
    ...group,
    lastEvaluation: iso(lastEvaluationMs),
    rules: rules.map(({ lastEvaluationMs: ruleMs, ...rule }) => ({ ...rule, lastEvaluation: iso(ruleMs) })),
  };
}
