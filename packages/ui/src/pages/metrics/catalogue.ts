import type { MetricMetadata, NamedCount } from "../../api/prometheus.ts";
import { selectorText } from "../../series/selector.ts";
import { type CatalogueSearch, type MetricType, metricTypes } from "../../url/catalogue-search.ts";

/** A metric as people speak of it: a histogram's `_bucket`, `_sum` and `_count` are one. */
export interface CatalogueEntry {
  name: string;
  type: MetricType;
  help: string;
  unit: string;
  /** Null when the server did not count it. */
  series: number | null;
  /** The names of its series. */
  parts: readonly string[];
}

const partPattern = /_(bucket|sum|count)$/;

export function catalogueOf(
  names: readonly string[],
  metadata: Readonly<Record<string, readonly MetricMetadata[]>>,
  counts: readonly NamedCount[],
): CatalogueEntry[] {
  const countOf = new Map(counts.map(({ name, value }) => [name, value]));
  const present = new Set(names);
  const byName = new Map<string, string[]>();
  for (const name of names) {
    const base = baseOf(name, metadata, present);
    byName.set(base, [...(byName.get(base) ?? []), name]);
  }
  return [...byName].map(([name, parts]) => {
    const about = metadata[name]?.[0];
    const known = parts.flatMap((part) => countOf.get(part) ?? []);
    return {
      name,
      parts,
      type: typeOf(about?.type, parts),
      help: about?.help ?? "",
      unit: about?.unit ?? "",
      series: known.length === 0 ? null : known.reduce((a, b) => a + b, 0),
    };
  });
}

/** Only what is told to be a histogram or a summary, or has all their parts, is one: `x_count` alone may be a gauge. */
function baseOf(name: string, metadata: Readonly<Record<string, unknown>>, present: ReadonlySet<string>): string {
  const base = name.replace(partPattern, "");
  if (base === name || metadata[name] !== undefined) return name;
  const isTold = metadata[base] !== undefined;
  const isWhole = present.has(`${base}_bucket`) && present.has(`${base}_count`);
  return isTold || isWhole ? base : name;
}

function typeOf(told: string | undefined, parts: readonly string[]): MetricType {
  if (told === "gaugehistogram") return "histogram";
  const known = metricTypes.find((type) => type === told);
  if (known !== undefined && known !== "unknown") return known;
  if (parts.some((part) => part.endsWith("_bucket"))) return "histogram";
  return parts.every((part) => part.endsWith("_total")) ? "counter" : "unknown";
}

export function filtered(entries: readonly CatalogueEntry[], { q, type, sort }: CatalogueSearch): CatalogueEntry[] {
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ name, help }: CatalogueEntry) => {
    const text = `${name} ${help}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const kept = entries.filter((entry) => (type === undefined || entry.type === type) && matches(entry));
  const byName = (a: CatalogueEntry, b: CatalogueEntry) => (a.name < b.name ? -1 : 1);
  return kept.sort(sort === "series" ? (a, b) => (b.series ?? -1) - (a.series ?? -1) || byName(a, b) : byName);
}

/** A query that says something about a metric of this kind. */
export function firstQuery({ name, type, parts }: Pick<CatalogueEntry, "name" | "type" | "parts">): string {
  if (type === "counter") return `rate(${selectorText(name)}[5m])`;
  if (type !== "histogram") return selectorText(name);
  return parts.includes(`${name}_bucket`)
    ? `histogram_quantile(0.95, sum by (le) (rate(${selectorText(`${name}_bucket`)}[5m])))`
    : `histogram_quantile(0.95, sum(rate(${selectorText(name)}[5m])))`;
}

/** The distinct values of each label, most first. */
export function labelCounts(series: readonly Readonly<Record<string, string>>[]): { name: string; values: string[] }[] {
  const byName = new Map<string, Map<string, number>>();
  for (const labels of series)
    for (const [name, value] of Object.entries(labels)) {
      if (name === "__name__") continue;
      const counts = byName.get(name) ?? new Map<string, number>();
      counts.set(value, (counts.get(value) ?? 0) + 1);
      byName.set(name, counts);
    }
  return [...byName]
    .map(([name, counts]) => ({
      name,
      values: [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([value]) => value),
    }))
    .sort((a, b) => b.values.length - a.values.length || (a.name < b.name ? -1 : 1));
}
