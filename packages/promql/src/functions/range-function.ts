import type { Expr } from "../ast/nodes.ts";
import type { Annotations } from "../eval/annotations.ts";
import type { RangeKernel } from "../eval/windows.ts";
import type { SeriesKernel } from "./series-kernel.ts";
import type { Span } from "../text/position.ts";

/** What a function over a range vector knows when it is called. */
export interface RangeCall {
  readonly annotations: Annotations;
  /** Its scalar arguments in order, one value per step. */
  readonly scalars: readonly Float64Array[];
  /** Length of the windows. */
  readonly rangeMs: number;
  readonly anchored: boolean;
  readonly smoothed: boolean;
  /** Arguments without parentheses. */
  readonly args: readonly Expr[];
  /** Where the range argument stands. */
  readonly span: Span;
}

export interface RangeFunction {
  readonly kernel: (call: RangeCall) => RangeKernel;
  /** For series without histograms and start timestamps, and windows that are neither anchored nor smoothed. */
  readonly seriesKernel?: (call: RangeCall) => SeriesKernel;
  /** The result is a sample of the series itself, so it keeps the name. */
  readonly keepsName?: true;
}

/** The samples of a window that are histograms. */
export function countHistograms(
  histograms: readonly unknown[] | undefined,
  window: { readonly low: number; readonly high: number },
): number {
  if (histograms === undefined) return 0;
  let count = 0;
  for (let index = window.low; index < window.high; index++) if (histograms[index] !== undefined) count++;
  return count;
}
