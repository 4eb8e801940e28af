import { metricNameLabel, type MetricType } from "../../decode/exposition/exposition.ts";
import { formatValue } from "../../decode/exposition/format-float.ts";
import { parseNumber } from "../../decode/exposition/parse-number.ts";
import { type PushedFamily, type PushedSample, pushFailureTimeName, type PushGroup, pushTimeName } from "./group.ts";
import type { PushGroups } from "./groups.ts";

type Texts = Record<string, string>;

/** One metric of a family, with all that belongs to it. */
interface ApiMetric {
  labels: Texts;
  value?: string;
  count?: string;
  sum?: string;
  buckets?: Texts;
  quantiles?: Texts;
}

/** `data` of the Pushgateway's `GET /api/v1/metrics` (Pushgateway README, "Query API"). */
export function apiMetrics(groups: PushGroups): Record<string, unknown>[] {
  return [...groups.all()].map((group) => ({
    labels: Object.fromEntries(group.grouping),
    last_push_successful: group.pushedAtMs > group.failedAtMs,
    ...Object.fromEntries([...group.families.values()].map((family) => [family.name, apiFamily(family)])),
    [pushTimeName]: ownFamily(group, group.pushedAtMs, "succeeded"),
    [pushFailureTimeName]: ownFamily(group, group.failedAtMs, "failed"),
  }));
}

const typeNames: Partial<Record<MetricType, string>> = { unknown: "UNTYPED", gaugehistogram: "GAUGE_HISTOGRAM" };

function apiFamily({ name, type, help, pushedAtMs, samples }: PushedFamily) {
  return {
    time_stamp: new Date(pushedAtMs).toISOString(),
    type: typeNames[type] ?? type.toUpperCase(),
    ...(help === "" ? {} : { help }),
    metrics: metricsOf(name, samples),
  };
}

/** Series that differ only in their bound, or are sum and count of one another, are one metric. */
function metricsOf(family: string, samples: readonly PushedSample[]): ApiMetric[] {
  const metrics = new Map<string, ApiMetric>();
  for (const { labels, value } of samples) {
    const { [metricNameLabel]: series = "", le, quantile, ...rest } = Object.fromEntries(labels);
    const suffix = series.slice(family.length);
    const isPart = suffix !== "";
    const shown: Texts = { instance: "", ...rest };
    if (le !== undefined && !isPart) shown["le"] = le;
    const key = JSON.stringify(Object.entries(shown).sort(([a], [b]) => (a < b ? -1 : 1)));
    let metric = metrics.get(key);
    if (metric === undefined) metrics.set(key, (metric = { labels: shown }));
    if (suffix === "_count") metric.count = formatValue(value);
    else if (suffix === "_sum") metric.sum = formatValue(value);
    else if (suffix === "_bucket") (metric.buckets ??= {})[bound(le)] = formatValue(value);
    else if (quantile !== undefined) (metric.quantiles ??= {})[bound(quantile)] = formatValue(value);
    else metric.value = formatValue(value);
  }
  return [...metrics.values()];
}

function bound(text = ""): string {
  return formatValue(parseNumber(text) ?? Number.NaN);
}

function ownFamily({ grouping, pushedAtMs, failedAtMs }: PushGroup, timeMs: number, outcome: string) {
  return {
    time_stamp: new Date(Math.max(pushedAtMs, failedAtMs)).toISOString(),
    type: "GAUGE",
    help: `Last Unix time when changing this group in the Pushgateway ${outcome}.`,
    metrics: [{ labels: { instance: "", ...Object.fromEntries(grouping) }, value: formatValue(timeMs / 1000) }],
  };
}
