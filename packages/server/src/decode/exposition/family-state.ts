import type { MetricType } from "./exposition.ts";
import type { BoundLabel } from "./series-text.ts";

/** The family that metadata lines have announced, which decides how its samples are read. */
export class FamilyState {
  name = "";
  type: MetricType = "unknown";

  /** @returns whether another family begins */
  announce(name: string): boolean {
    if (name === this.name) return false;
    this.name = name;
    this.type = "unknown";
    return true;
  }

  /** The label of the series that is a bound: `le` of a histogram's buckets, `quantile` of a summary. */
  boundOf(series: string): BoundLabel {
    if (this.type === "summary") return isNamed(series, this.name) ? "quantile" : undefined;
    if (this.type !== "histogram" && this.type !== "gaugehistogram") return undefined;
    return isNamed(series, `${this.name}_bucket`) ? "le" : undefined;
  }
}

/** Whether a series, as written, has the metric name. */
export function isNamed(series: string, name: string): boolean {
  if (series.startsWith(name)) {
    const next = series[name.length];
    return next === undefined || next === "{" || next === " " || next === "\t";
  }
  return series.startsWith("{") && /^\{\s*"((?:[^"\\]|\\.)*)"\s*[,}]/.exec(series)?.[1] === name;
}
