import { formatFloat, quote } from "../text/go-format.ts";
import { positionText, type Span } from "../text/position.ts";

export interface Annotation {
  readonly level: "warning" | "info";
  readonly message: string;
  readonly span: Span | undefined;
}

/** The moments at which counts of a classic histogram were mended: reported once, over all steps. */
interface ForcedMonotonicity {
  readonly metricName: string;
  readonly span: Span;
  steps: number;
  firstMs: number;
  lastMs: number;
  lowestBound: number;
  highestBound: number;
  largestDrop: number;
}

/** Warnings and infos of one query, each kept once. */
export class Annotations {
  readonly #byKey = new Map<string, Annotation>();
  readonly #forced = new Map<string, ForcedMonotonicity>();

  warn(message: string, span?: Span): void {
    this.#add("warning", message, span);
  }

  info(message: string, span?: Span): void {
    this.#add("info", message, span);
  }

  #add(level: Annotation["level"], message: string, span: Span | undefined): void {
    const key = `${level} ${span?.start ?? ""} ${message}`;
    if (!this.#byKey.has(key)) this.#byKey.set(key, { level, message, span });
  }

  forcedMonotonicity(
    metricName: string,
    span: Span,
    timeMs: number,
    fix: { readonly lowestBound: number; readonly highestBound: number; readonly largestDrop: number },
  ): void {
    const key = `${span.start} ${metricName}`;
    const known = this.#forced.get(key);
    if (known === undefined) {
      this.#forced.set(key, { metricName, span, steps: 1, firstMs: timeMs, lastMs: timeMs, ...fix });
      return;
    }
    known.steps++;
    known.firstMs = Math.min(known.firstMs, timeMs);
    known.lastMs = Math.max(known.lastMs, timeMs);
    known.lowestBound = Math.min(known.lowestBound, fix.lowestBound);
    known.highestBound = Math.max(known.highestBound, fix.highestBound);
    known.largestDrop = Math.max(known.largestDrop, fix.largestDrop);
  }

  list(): readonly Annotation[] {
    const forced = [...this.#forced.values()].map((each): Annotation => ({
      level: "info",
      message: forcedMessage(each),
      span: each.span,
    }));
    return [...this.#byKey.values(), ...forced];
  }
}

function forcedMessage(forced: ForcedMonotonicity): string {
  const documentation = "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile";
  const name = forced.metricName === "" ? "" : ` for metric name ${quote(forced.metricName)}`;
  const from = new Date(forced.firstMs).toISOString();
  const to = new Date(forced.lastMs).toISOString();
  const times = forced.firstMs === forced.lastMs ? `at ${from}` : `between ${from} and ${to}`;
  const bounds = `buckets ${formatFloat(forced.lowestBound)} to ${formatFloat(forced.highestBound)}`;
  return (
    `input to histogram_quantile needed to be fixed for monotonicity (see ${documentation})${name}, ` +
    `${times}, ${bounds}, with a max diff of ${formatFloat(forced.largestDrop)}, over ${forced.steps} samples`
  );
}

/** As the HTTP API shows it: `PromQL warning: message (line:column)`. */
export function renderAnnotation(annotation: Annotation, query: string): string {
  const at = annotation.span === undefined ? "" : ` (${positionText(query, annotation.span.start)})`;
  return `PromQL ${annotation.level}: ${annotation.message}${at}`;
}

/** The wording of Prometheus' annotations. */
export const messages = {
  mixedFloatsHistograms: (name: string): string =>
    `encountered a mix of histograms and floats for metric name ${quote(name)}`,
  mixedFloatsHistogramsAggregation: "encountered a mix of histograms and floats for aggregation",
  mixedSchemas: (name: string): string =>
    `vector contains a mix of histograms with exponential and custom buckets schemas for metric name ${quote(name)}`,
  mixedClassicNative: (name: string): string =>
    `vector contains a mix of classic and native histograms${forMetric(name)}`,
  badBucketLabel: (name: string, label: string): string =>
    `bucket label "le" is missing or has a malformed value of ${quote(label)}${forMetric(name)}`,
  notCounter: (name: string): string => `this native histogram metric is not a counter: ${quote(name)}`,
  notGauge: (name: string): string => `this native histogram metric is not a gauge: ${quote(name)}`,
  possibleNonCounter: (name: string): string =>
    `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${quote(name)}`,
  histogramIgnoredInRange: (name: string): string =>
    `ignored histograms in a range containing both floats and histograms for metric name ${quote(name)}`,
  histogramIgnoredInAggregation: (operator: string): string => `ignored histogram in ${operator} aggregation`,
  invalidQuantile: (q: number): string => `quantile value should be between 0 and 1, got ${formatFloat(q)}`,
  invalidRatio: (ratio: number, to: number): string =>
    `ratio value should be between -1 and 1, got ${formatFloat(ratio)}, capping to ${formatFloat(to)}`,
  incompatibleTypes: (left: string, operator: string, right: string): string =>
    `incompatible sample types encountered for binary operator ${quote(operator)}: ${left} ${operator} ${right}`,
  incompatibleBuckets: (operator: string): string =>
    `incompatible bucket layout encountered for binary operator ${operator}`,
  resetCollision: (operation: HistogramOperation): string => `conflicting counter resets during histogram ${operation}`,
  boundsReconciled: (operation: HistogramOperation): string =>
    `mismatched custom buckets were reconciled during ${operation}`,
  quantileNaNResult: (name: string): string =>
    `input to histogram_quantile has NaN observations, result is NaN${forMetric(name)}`,
  quantileNaNSkew: (name: string): string =>
    `input to histogram_quantile has NaN observations, result is skewed higher${forMetric(name)}`,
  fractionNaN: (name: string): string =>
    `input to histogram_fraction has NaN observations, which are excluded from all fractions${forMetric(name)}`,
  startTimeOverlap: (name: string): string =>
    `start timestamp of a sample overlaps the sample before for metric name ${quote(name)}`,
  sortInRange: "sort is ineffective for range queries since results are always ordered by labels",
} as const;

export type HistogramOperation = "addition" | "subtraction" | "aggregation";

const forMetric = (name: string): string => (name === "" ? "" : ` for metric name ${quote(name)}`);
