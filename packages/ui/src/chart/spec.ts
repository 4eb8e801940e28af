/** What a chart shows, apart from how it is drawn. */
export interface ChartSpec {
  /** Milliseconds since the epoch, ascending. */
  xMs: readonly number[];
  series: readonly ChartSeries[];
  /** Distances that ticks of the y axis may have; decimal ones when absent. */
  yIncrements?: readonly number[];
  /** What the y axis counts, where that may change: its ticks and labels are made for it. */
  yUnit?: string;
  /** Writes a value of the y axis. */
  yFormat: (value: number) => string;
  /** How a point of the first series is drawn; none of them is when absent. */
  pointOf?: (index: number) => ChartPoint;
  /** Charts with the same key share their cursor. */
  syncKey?: string;
  /** What the x axis covers; from the first to the last point when absent. */
  xRangeMs?: { startMs: number; endMs: number };
  /** The y axis follows the values, below zero too; it begins at zero when absent. */
  fitsY?: boolean;
  /** Fills between each series and the one before it: their values are sums already. */
  isStacked?: boolean;
  /** Things at moments, drawn as diamonds. */
  marks?: readonly ChartMark[];
  /** A grid of cells instead of lines; `series` is then empty. */
  heat?: ChartHeat;
}

/** Form tells what colour tells. */
export interface ChartPoint {
  /** A colour token. */
  color: string;
  shape: "dot" | "square" | "diamond" | "triangle";
}

export interface ChartSeries {
  label: string;
  /** A colour token, such as `--accent`. */
  color: string;
  /** Null where unknown: a gap. */
  values: readonly (number | null)[];
  kind: "line" | "bars" | "points";
}

export interface ChartMark {
  xMs: number;
  /** On the y axis; null sets it on the upper edge. */
  y: number | null;
}

/** Cells over time: rows from below, one column for each of `xMs`. The y axis counts rows. */
export interface ChartHeat {
  /** Names of the lines between rows, one more than there are rows. */
  edges: readonly string[];
  /** `cells[row][column]`; null where nothing is known. */
  cells: readonly (readonly (number | null)[])[];
  /** The value of the strongest colour. */
  max: number;
  /** Width of a column. */
  stepMs: number;
}
