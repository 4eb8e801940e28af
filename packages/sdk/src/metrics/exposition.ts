import { quantileLabel, summaryParts } from "./summary-names.ts";

/** What is written of `ResourceMetrics` of OpenTelemetry's metrics SDK, which `@sightglass/sdk/metrics` does without. */
export interface CollectedMetrics {
  readonly resource: { readonly attributes: Readonly<Record<string, unknown>> };
  readonly scopeMetrics: readonly { readonly metrics: readonly MetricData[] }[];
}

interface MetricData {
  readonly descriptor: { readonly name: string; readonly description: string; readonly unit: string };
  readonly dataPointType: number;
  readonly isMonotonic?: boolean;
  readonly dataPoints: readonly {
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly value: number | object;
  }[];
}

interface HistogramValue {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
  readonly sum?: number | undefined;
  readonly count: number;
}

export interface ExpositionOptions {
  /** Without `target_info`, which names the resource: a Pushgateway groups by labels of its own. */
  withoutResource?: boolean;
}

/** The media type of what `exposition` writes. */
export const expositionType = "text/plain; version=0.0.4; charset=utf-8";

/** UCUM to Prometheus' words (OpenTelemetry, "Prometheus and OpenMetrics Compatibility", metric metadata). */
const unitWords: Record<string, string> = {
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  "%": "percent",
};

/** `DataPointType` of the metrics SDK. */
const types = { histogram: 0, exponentialHistogram: 1, gauge: 2, sum: 3 } as const;

type FamilyType = "counter" | "gauge" | "histogram" | "summary";

/**
 * Collected metrics as Prometheus' text format 0.0.4. Sums must be cumulative. Of two metrics that come to the same name but
 * not to the same type, and of two samples of one series, the first holds, for a scrape with both would be refused as a whole.
 */
export function exposition(collected: CollectedMetrics, options: ExpositionOptions = {}): string {
  const families = new Map<string, { type: FamilyType; lines: Map<string, string>; header: string }>();
  for (const { metrics } of collected.scopeMetrics)
    for (const { metric, type, suffix } of withType(metrics)) {
      const name = familyName(metric.descriptor, type);
      if (name === "") continue;
      const found = families.get(name);
      if (found !== undefined && found.type !== type) continue;
      // promtool wants a text, and without one Prometheus shows nothing.
      const description = metric.descriptor.description || `${metric.descriptor.name}, without a description`;
      const header = `# HELP ${name} ${escapeHelp(description)}\n# TYPE ${name} ${type}\n`;
      const family = found ?? { type, lines: new Map<string, string>(), header };
      for (const [series, value] of samples(name + suffix, metric))
        if (!family.lines.has(series)) family.lines.set(series, value);
      families.set(name, family);
    }
  const info = options.withoutResource === true ? "" : targetInfo(collected);
  const text = (lines: Map<string, string>) => [...lines].map(([series, value]) => `${series} ${value}\n`).join("");
  return info + [...families.values()].map(({ header, lines }) => header + text(lines)).join("");
}

interface Typed {
  metric: MetricData;
  type: FamilyType;
  /** Of the name of its samples: a summary's sum and count are metrics of their own to OpenTelemetry. */
  suffix: "" | "_sum" | "_count";
}

function withType(metrics: readonly MetricData[]): Typed[] {
  const parts = new Map<string, { of: MetricData; suffix: "_sum" | "_count" }>();
  for (const metric of metrics.filter(isSummary)) {
    const { sum, count } = summaryParts(metric.descriptor.name);
    parts.set(sum, { of: metric, suffix: "_sum" }).set(count, { of: metric, suffix: "_count" });
  }
  return metrics.flatMap((metric): Typed[] => {
    const part = parts.get(metric.descriptor.name);
    // In the family of its quantiles.
    if (part !== undefined)
      return [{ metric: { ...metric, descriptor: part.of.descriptor }, type: "summary", suffix: part.suffix }];
    const type = isSummary(metric) ? "summary" : typeOf(metric);
    return type === undefined ? [] : [{ metric, type, suffix: "" }];
  });
}

function isSummary({ dataPointType, dataPoints }: MetricData): boolean {
  const isGauge = dataPointType === types.gauge && dataPoints.length > 0;
  return isGauge && dataPoints.every(({ attributes }) => quantileLabel in attributes);
}

function typeOf({ dataPointType, isMonotonic }: MetricData): Exclude<FamilyType, "summary"> | undefined {
  if (dataPointType === types.histogram) return "histogram";
  if (dataPointType === types.gauge) return "gauge";
  if (dataPointType === types.sum) return isMonotonic === true ? "counter" : "gauge";
  // The text format has no exponential histograms.
  return undefined;
}

function familyName(descriptor: MetricData["descriptor"], type: FamilyType): string {
  let name = sanitize(descriptor.name, /[^a-zA-Z0-9_:]+/g);
  if (type === "counter") name = name.replace(/_total$/, "");
  const word = descriptor.unit === "1" && type === "gauge" ? "ratio" : unitWords[descriptor.unit];
  if (word !== undefined && !name.endsWith(`_${word}`) && name !== word) name += `_${word}`;
  return type === "counter" ? `${name}_total` : name;
}

/** Each series with its value. */
function samples(name: string, metric: MetricData): [series: string, value: string][] {
  const lines: [series: string, value: string][] = [];
  for (const point of metric.dataPoints) {
    const isOfBuckets = metric.dataPointType === types.histogram;
    const labels = labelPairs(isOfBuckets ? withoutBound(point.attributes) : point.attributes);
    if (typeof point.value === "number") {
      lines.push(sample(name, labels, point.value));
      continue;
    }
    if (!isHistogram(point.value)) continue;
    const { boundaries, counts } = point.value.buckets;
    let below = 0;
    for (const [index, count] of counts.entries()) {
      below += count;
      const bound = boundaries[index];
      const le = `le="${bound === undefined ? "+Inf" : String(bound)}"`;
      lines.push(sample(`${name}_bucket`, [...labels, le], below));
    }
    if (point.value.sum !== undefined) lines.push(sample(`${name}_sum`, labels, point.value.sum));
    lines.push(sample(`${name}_count`, labels, point.value.count));
  }
  return lines;
}

function isHistogram(value: object): value is HistogramValue {
  return "buckets" in value;
}

/** No time stamp: the scrape's own is the right one, and a Pushgateway refuses them. */
function sample(name: string, labels: readonly string[], value: number): [series: string, value: string] {
  return [`${name}${labels.length === 0 ? "" : `{${labels.join(",")}}`}`, numberText(value)];
}

/** The buckets' own label; a program's of that name goes by the one that Prometheus gives what is in its way. */
function withoutBound(attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!("le" in attributes)) return attributes;
  const { le, ...others } = attributes;
  return { ...others, exported_le: le };
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

function labelPairs(attributes: Readonly<Record<string, unknown>>): string[] {
  const values = new Map<string, string[]>();
  for (const key of Object.keys(attributes).toSorted()) {
    const name = sanitize(key, /[^a-zA-Z0-9_]+/g);
    const value = attributes[key];
    // Keys that come to the same name share it, with their values joined, as the compatibility document has it.
    values.set(name, [...(values.get(name) ?? []), typeof value === "string" ? value : JSON.stringify(value)]);
  }
  return [...values].map(([name, texts]) => `${name}="${escapeValue(texts.join(";"))}"`);
}

function targetInfo({ resource }: CollectedMetrics): string {
  const labels = labelPairs(resource.attributes);
  return `# HELP target_info Target metadata\n# TYPE target_info gauge\ntarget_info{${labels.join(",")}} 1\n`;
}

function sanitize(name: string, forbidden: RegExp): string {
  const clean = name.replace(forbidden, "_");
  return /^[0-9]/.test(clean) ? `_${clean}` : clean;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
