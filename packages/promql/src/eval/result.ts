import type { Labels } from "../model/labels.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import type { Annotation } from "./annotations.ts";

/** A point of a result: a float, or a histogram. */
export interface Sample {
  readonly timeMs: number;
  readonly value: number;
  readonly histogram?: FloatHistogram;
}

export interface VectorSample extends Sample {
  readonly labels: Labels;
}

/** The points of a series in ascending order of time. */
export interface ResultSeries {
  readonly labels: Labels;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  /** At the indexes where the point is a histogram; absent when none is. */
  readonly histograms?: readonly (FloatHistogram | undefined)[];
}

export type ResultData =
  | { readonly type: "scalar"; readonly timeMs: number; readonly value: number }
  | { readonly type: "string"; readonly timeMs: number; readonly value: string }
  | { readonly type: "vector"; readonly samples: readonly VectorSample[] }
  | { readonly type: "matrix"; readonly series: readonly ResultSeries[] };

export interface QueryStats {
  /** Series that the source gave. */
  readonly seriesSelected: number;
  /** Raw samples that the source gave. */
  readonly samplesSelected: number;
  /** Selectors whose function, or aggregation, the source computed itself. */
  readonly selectorsComputed: number;
  /** Most samples that were in memory at a time. */
  readonly samplesPeak: number;
  /** The same selector by selector, in the order of the query. */
  readonly selectors: readonly SelectorStats[];
}

/** How a selector of a query was answered. */
export interface SelectorStats {
  /** As the query prints, with its range. */
  readonly selector: string;
  /** Series, or groups of them, and raw samples that the source gave. */
  readonly series: number;
  readonly samples: number;
  /** What the source computed at the steps, such as `sum by (job) of rate`; null where it gave samples. */
  readonly computed: string | null;
  /** Where the source says that it has them from. */
  readonly origin: string | null;
}

export interface QueryResult {
  readonly data: ResultData;
  readonly annotations: readonly Annotation[];
  /** As the HTTP API shows them. */
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  readonly stats: QueryStats;
}
