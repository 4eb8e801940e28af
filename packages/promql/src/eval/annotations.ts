import { formatFloat, formatFloatDigits, quote } from "../text/go-format.ts";
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

/** How often start timestamps of a metric overlapped. */
interface StartTimeOverlap {
  readonly metricName: string;
  readonly span: Span;
  count: number;
}

/**
 * Warnings and infos of one query. Each text is kept once: with the place where it was last said, or first where occurrences
 * are counted, as Prometheus keeps them.
 */
export class Annotations {
  readonly #byText = new Map<string, Annotation>();
  readonly #forced = new Map<string, ForcedMonotonicity>();
  readonly #overlaps = new Map<string, StartTimeOverlap>();

  warn(message: string, span?: Span): void {
    this.#add("warning", message, span);
  }

  info(message: string, span?: Span): void {
    this.#add("info", message, span);
  }

  #add(level: Annotation["level"], message: string, span: Span | undefined): void {
    this.#byText.set(`${level} ${message}`, { level, message, span });
  }

  /** Of one series, in one window. */
  startTimeOverlap(metricName: string, span: Span): void {
    const known = this.#overlaps.get(metricName);
    if (known === undefined) this.#overlaps.set(metricName, { metricName, span, count: 1 });
    else known.count++;
  }

  forcedMonotonicity(
    metricName: string,
    span: Span,
    timeMs: number,
    fix: { readonly lowestBound: number; readonly highestBound: number; readonly largestDrop: number },
  ): void {
    const known = this.#forced.get(metricName);
    if (known === undefined) {
      this.#forced.set(metricName, { metricName, span, steps: 1, firstMs: timeMs, lastMs: timeMs, ...fix });
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
    const overlaps = [...this.#overlaps.values()].map((each): Annotation => ({
      level: "warning",
      message: overlapMessage(each),
      span: each.span,
    }));
    return [...this.#byText.values(), ...forced, ...overlaps];
  }
}

function forcedMessage(forced: ForcedMonotonicity): string {
  const documentation = "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile";
  const name = forced.metricName === "" ? "" : ` for metric name ${quote(forced.metricName)}`;
  const secondsOf = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
  return (
    `input to histogram_quantile needed to be fixed for monotonicity (see ${documentation})${name}, ` +
    `from buckets ${formatFloat(forced.lowestBound)} to ${formatFloat(forced.highestBound)}, ` +
    `with a max diff of ${formatFloatDigits(forced.largestDrop, 2)}, over ${forced.steps} samples ` +
    `from ${secondsOf(forced.firstMs)} to ${secondsOf(forced.lastMs)}`
  );
}

function overlapMessage({ metricName, count }: StartTimeOverlap): string {
  const times = count > 1 ? ` (${count} occurrences)` : "";
  return `sample has start time that overlaps with previous sample timestamp for metric ${quote(metricName)}${times}`;
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
  sortInRange: "sort is ineffective for range queries since results are always ordered by labels",
} as const;

export type HistogramOperation = "addition" | "subtraction" | "aggregation";

const forMetric = (name: string): string => (name === "" ? "" : ` for metric name ${quote(name)}`);
