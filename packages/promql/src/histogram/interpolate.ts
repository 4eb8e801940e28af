import { addHistograms, multiplyHistogram, subtractHistograms } from "./arithmetic.ts";
import { detectReset } from "./counter-reset.ts";
import { usesCustomBuckets, type FloatHistogram } from "./float-histogram.ts";

export interface Interpolated {
  readonly histogram: FloatHistogram;
  /** Operations for which custom bounds had to be reconciled. */
  readonly reconciled: readonly ("subtraction" | "addition")[];
}

/**
 * The histogram a fraction of the way from one to the next. Across the reset of a counter it counts from zero. The hint
 * is that of the later one. Undefined when exponential and custom buckets meet.
 */
export function interpolateHistograms(
  from: FloatHistogram,
  to: FloatHistogram,
  fraction: number,
  isCounter: boolean,
): Interpolated | undefined {
  const whole = (histogram: FloatHistogram): Interpolated => ({ histogram, reconciled: [] });
  if (usesCustomBuckets(from) !== usesCustomBuckets(to)) return undefined;
  if (fraction === 0) return whole(from);
  if (fraction === 1) return whole(to);
  if (isCounter && detectReset(to, from)) return whole(multiplyHistogram(to, fraction));
  const difference = subtractHistograms(to, from);
  if (difference === undefined) return undefined;
  const sum = addHistograms(multiplyHistogram(difference.histogram, fraction), from);
  if (sum === undefined) return undefined;
  const reconciled: ("subtraction" | "addition")[] = [];
  if (difference.boundsReconciled) reconciled.push("subtraction");
  if (sum.boundsReconciled) reconciled.push("addition");
  return { histogram: sum.histogram, reconciled };
}
