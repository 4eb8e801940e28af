import type { SelectorStats } from "@sightglass/promql";

/** What the Prometheus HTTP API under /api/v1/ answers, as far as the page reads it. */

export type SeriesLabels = Readonly<Record<string, string>>;

/** Bounds are strings as Prometheus writes floats; the rule says which of them are inclusive. */
export type HistogramBucket = readonly [rule: number, lower: string, upper: string, count: string];

export interface HistogramValue {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly HistogramBucket[];
}

/** Seconds since the epoch, and the value as text: JSON has no NaN. */
export type FloatPoint = readonly [seconds: number, value: string];
export type HistogramPoint = readonly [seconds: number, value: HistogramValue];

export interface RangeSeries {
  readonly metric: SeriesLabels;
  readonly values?: readonly FloatPoint[];
  readonly histograms?: readonly HistogramPoint[];
}

export interface VectorSample {
  readonly metric: SeriesLabels;
  readonly value?: FloatPoint;
  readonly histogram?: HistogramPoint;
}

/** With `stats=all`. Parts that the server does not measure are absent. */
export interface QueryStats {
  readonly timings?: { readonly evalTotalTime?: number; readonly execTotalTime?: number };
  readonly samples?: { readonly totalQueryableSamples?: number; readonly peakSamples?: number };
  /** What other servers do not say. */
  readonly sightglass?: {
    readonly seriesSelected: number;
    readonly samplesSelected: number;
    /** Selectors whose function, or aggregation too, the store computed. */
    readonly selectorsComputed: number;
    readonly selectors: readonly SelectorStats[];
  };
}

interface Evaluated {
  readonly stats?: QueryStats;
}

export type QueryData = Evaluated &
  (
    | { readonly resultType: "matrix"; readonly result: readonly RangeSeries[] }
    | { readonly resultType: "vector"; readonly result: readonly VectorSample[] }
    | { readonly resultType: "scalar" | "string"; readonly result: FloatPoint }
  );

export interface Envelope<T> {
  readonly data: T;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

export interface Exemplar {
  readonly labels: SeriesLabels;
  readonly value: string;
  readonly timestamp: number;
}

export interface ExemplarSeries {
  readonly seriesLabels: SeriesLabels;
  readonly exemplars: readonly Exemplar[];
}

export interface MetricMetadata {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

export interface NamedCount {
  readonly name: string;
  readonly value: number;
}

export interface TsdbStatus {
  readonly headStats?: { readonly numSeries?: number; readonly numLabelPairs?: number };
  readonly seriesCountByMetricName?: readonly NamedCount[];
  readonly labelValueCountByLabelName?: readonly NamedCount[];
  readonly seriesCountByLabelValuePair?: readonly NamedCount[];
}

export interface Target {
  readonly labels: SeriesLabels;
  readonly discoveredLabels?: SeriesLabels;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly globalUrl?: string;
  readonly lastError: string;
  /** ISO 8601; year 1 before the first scrape. */
  readonly lastScrape: string;
  /** Seconds. */
  readonly lastScrapeDuration: number;
  readonly health: "up" | "down" | "unknown";
  readonly scrapeInterval?: string;
  readonly scrapeTimeout?: string;
}

export interface TargetsData {
  readonly activeTargets: readonly Target[];
  readonly droppedTargets?: readonly unknown[];
}
