/** Points and exemplars, as the sender counts them. */
export interface PointCounts {
  samples: number;
  histograms: number;
  exemplars: number;
}

/** What a decoder did with a request for metrics. Refused points are told to the sender. */
export interface MetricsOutcome {
  readonly written: PointCounts;
  readonly refused: PointCounts;
  /** One sentence for each kind of fault, with a count and where it was seen first. */
  readonly reasons: string[];
}
