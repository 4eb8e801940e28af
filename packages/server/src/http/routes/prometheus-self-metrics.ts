import { type AnchoredRegexp, compileAnchored } from "@sightglass/promql";
import { Hono } from "hono";
import { success } from "./prometheus-envelope.ts";
import { invalid, PrometheusParameters } from "./prometheus-parameters.ts";

/** A metric of the server itself. */
export interface SelfMetric {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: readonly SelfSample[];
}

export interface SelfSample {
  /** After the metric's name: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface SelfMetricsDeps {
  selfMetrics: () => Promise<readonly SelfMetric[]>;
}

/** `/api/v1/status/self_metrics`: the server's own metrics, as io.prometheus.client.MetricFamily in ProtoJSON. */
export function prometheusSelfMetricsRoutes({ selfMetrics }: SelfMetricsDeps): Hono {
  const app = new Hono();
  app.get("/api/v1/status/self_metrics", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const wanted = patternOf(parameters.text("metric_name_pattern"));
    const families = await selfMetrics();
    return success(context, families.filter(({ name }) => wanted?.test(name) ?? true).map(familyJson));
  });
  return app;
}

function patternOf(text: string | undefined): AnchoredRegexp | undefined {
  if (text === undefined) return undefined;
  try {
    return compileAnchored(text);
  } catch (cause) {
    throw invalid("metric_name_pattern", (cause as Error).message);
  }
}

function familyJson({ name, type, help, samples }: SelfMetric): object {
  const metric =
    type === "histogram"
      ? [...histogramsOf(samples)].map(([labels, histogram]) => ({ label: labelsJson(JSON.parse(labels)), histogram }))
      : samples.map(({ labels, value }) => ({ label: labelsJson(labels), [type]: { value: numberJson(value) } }));
  return { name, help, type: type.toUpperCase(), metric };
}

interface HistogramJson {
  sampleCount?: string;
  sampleSum?: number | string;
  bucket: { cumulativeCount: string; upperBound: number | string }[];
}

/** The parts of histograms, by their labels without `le`. */
function histogramsOf(samples: readonly SelfSample[]): Map<string, HistogramJson> {
  const found = new Map<string, HistogramJson>();
  for (const { suffix, labels, value } of samples) {
    const { le = "", ...others } = labels;
    const key = JSON.stringify(others);
    const histogram = found.get(key) ?? { bucket: [] };
    found.set(key, histogram);
    if (suffix === "_sum") histogram.sampleSum = numberJson(value);
    // 64-bit integers are texts in ProtoJSON.
    else if (suffix === "_count") histogram.sampleCount = String(value);
    else histogram.bucket.push({ cumulativeCount: String(value), upperBound: boundJson(le) });
  }
  return found;
}

const labelsJson = (labels: Readonly<Record<string, string>>): object[] =>
  Object.entries(labels).map(([name, value]) => ({ name, value }));

const boundJson = (le: string): number | string => numberJson(le === "+Inf" ? Infinity : Number(le));

/** ProtoJSON has texts for what JSON has no number for. */
function numberJson(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}
