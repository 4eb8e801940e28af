import type { SeriesLabels } from "../api/prometheus.ts";
import { selectorText } from "./selector.ts";

/** `name{a="b"}`, as Prometheus writes it; `{}` when there is nothing. */
export function metricText(labels: SeriesLabels): string {
  const { __name__: name = "", ...rest } = labels;
  return selectorText(name, Object.entries(rest));
}

/**
 * The name of a series in a legend: the format's `{{label}}`s filled in, else what tells the series from the others of
 * its query.
 */
export function seriesName(labels: SeriesLabels, format: string, told: ReadonlySet<string>): string {
  if (format !== "") {
    const text = format.replaceAll(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, key: string) => labels[key] ?? "");
    return text === "" ? metricText(labels) : text;
  }
  const kept = Object.entries(labels).filter(([key]) => key === "__name__" || told.has(key));
  return metricText(Object.fromEntries(kept));
}

/** The labels in which series differ; all of them when there is one series only. */
export function tellingLabels(all: readonly SeriesLabels[]): Set<string> {
  const keys = new Set(all.flatMap((labels) => Object.keys(labels)));
  if (all.length < 2) return keys;
  return new Set([...keys].filter((key) => new Set(all.map((labels) => labels[key])).size > 1));
}
