import type { FloatHistogram } from "../histogram/float-histogram.ts";
import type { Labels } from "../model/labels.ts";
import type { Matcher } from "../model/matcher.ts";
import type { Grid } from "../eval/grid.ts";

/** Stored samples of one series, in ascending order of time. All arrays have the same length. */
export interface RawSeries {
  readonly labels: Labels;
  readonly timestampsMs: Float64Array;
  /** Staleness markers are NaNs with Prometheus' payload (model/stale.ts). Ignored where a histogram is. */
  readonly values: Float64Array;
  /** At the indexes where the sample is a native histogram; absent when none is. */
  readonly histograms?: readonly (FloatHistogram | undefined)[];
  /** When the counter behind each sample started, 0 where that is unknown; absent when it is nowhere known. */
  readonly startTimestampsMs?: Float64Array;
  /** Whether staleness markers are among the values; absent when the source has not looked. */
  readonly hasStale?: boolean;
}

/** Values that the source computed itself, one for each step of `hints.steps`. */
export interface ComputedSeries {
  /** Of a series, or, at stage `aggregate`, of a group. The metric name stays; the engine drops it where it must go. */
  readonly labels: Labels;
  readonly values: Float64Array;
  /** 1 where there is a value, 0 where there is none. */
  readonly present: Uint8Array;
}

/** The function whose range argument the selector is, with its other arguments where they are constant. */
export interface CallHint {
  readonly name: string;
  readonly constants: readonly number[];
}

/** The aggregation directly around the selector, or around the function around it. */
export interface AggregateHint {
  readonly operator: string;
  readonly grouping: readonly string[];
  readonly without: boolean;
}

/**
 * What a selector is wanted for. A source may ignore all of it but the times, and answer raw samples.
 *
 * A source that computes must do as the engine does: windows are left-open (t - range, t], the last sample within the
 * lookback counts unless it is a staleness marker, `rate` and `increase` extrapolate as Prometheus does.
 */
export interface SelectHints {
  /** Samples with startMs < t <= endMs are enough for raw answers. */
  readonly startMs: number;
  readonly endMs: number;
  /** The moments looked at, after `offset` and `@`: the right ends of the windows. */
  readonly steps: Grid;
  /** Length of the windows; 0 for an instant vector, which looks back `lookbackMs`. */
  readonly rangeMs: number;
  readonly lookbackMs: number;
  /** Set when the values are only used through this function. */
  readonly call?: CallHint;
  /** Set when they are only used through this aggregation. */
  readonly aggregate?: AggregateHint;
  /** False when the engine needs raw samples whatever the source could compute (`anchored`, `timestamp()`, ...). */
  readonly mayCompute: boolean;
  /**
   * What is done with the values makes much of their last digit: a difference, a deviation, a comparison. Then a source should only
   * compute what comes out the same to the last bit.
   */
  readonly mustBeExact?: boolean;
}

interface Told {
  readonly warnings?: readonly string[];
  /** Where the series are from, for those who want to know why a query is fast or slow. */
  readonly origin?: string;
}

export type SelectResult =
  | ({ readonly kind: "raw"; readonly series: readonly RawSeries[] } & Told)
  /**
   * `call`: the function of `hints.call` was applied (or, without one, the lookback). `aggregate`: and the aggregation
   * of `hints.aggregate` too.
   */
  | ({
      readonly kind: "computed";
      readonly stage: "call" | "aggregate";
      readonly series: readonly ComputedSeries[];
      /** At stage `call`: series that it could not compute, such as native histograms. The engine does them. */
      readonly raw?: readonly RawSeries[];
    } & Told);

/** Where series come from. The engine asks once per selector of a query, for all selectors at the same time. */
export interface SeriesSource {
  /** @throws when the series cannot be read; the query fails with it. */
  select(matchers: readonly Matcher[], hints: SelectHints, signal: AbortSignal): Promise<SelectResult>;
}
