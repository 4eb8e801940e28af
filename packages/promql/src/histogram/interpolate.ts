import { addHistograms, multiplyHistogram, subtractHistograms, type Combined } from "./arithmetic.ts";
import { detectReset } from "./counter-reset.ts";
import { usesCustomBuckets, type FloatHistogram } from "./float-histogram.ts";

/**
 * The histogram a fraction of the way from one to the next. Across the reset of a counter it counts from zero. The hint
 * is that of the later one. Undefined when exponential and custom buckets meet.
 */
export function interpolateHistograms(
  from: FloatHistogram,
  to: FloatHistogram,
  fraction: number,
  isCounter: boolean,
): Combined | undefined {
  const whole = (histogram: FloatHistogram): Combined => ({
    histogram,
    resetCollision: false,
    boundsReconciled: false,
  });
  if (usesCustomBuckets(from) !== usesCustomBuckets(to)) return undefined;
  if (fraction === 0) return whole(from);
  if (fraction === 1) return whole(to);
  if (isCounter && detectReset(to, from)) return whole(multiplyHistogram(to, fraction));
  const difference = subtractHistograms(to, from);
  if (difference === undefined) return undefined;
  const sum = addHistograms(multiplyHistogram(difference.histogram, fraction), from);
  return sum === undefined
    ? undefined
    : { ...sum, boundsReconciled: difference.boundsReconciled || sum.boundsReconciled };
}
