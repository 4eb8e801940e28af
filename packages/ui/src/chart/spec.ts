/** What a chart shows, apart from how it is drawn. */
export interface ChartSpec {
  /** Milliseconds since the epoch, ascending. */
  xMs: readonly number[];
  series: readonly ChartSeries[];
  /** Distances that ticks of the y axis may have; decimal ones when absent. */
  yIncrements?: readonly number[];
  /** Writes a value of the y axis. */
  yFormat: (value: number) => string;
  /** The token that colours a point of the first series; the series' own when absent. */
  pointColor?: (index: number) => string;
  /** Charts with the same key share their cursor. */
  syncKey?: string;
}

export interface ChartSeries {
  label: string;
  /** A colour token, such as `--accent`. */
  color: string;
  /** Null where unknown: a gap. */
  values: readonly (number | null)[];
  kind: "line" | "bars" | "points";
}
