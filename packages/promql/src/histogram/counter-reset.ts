import { sameNumbers, usesCustomBuckets, type Buckets, type FloatHistogram } from "./float-histogram.ts";
import { commonLayout, toLayout, widenedThreshold } from "./layout.ts";

/**
 * Whether the counter behind `current` was reset since `previous`. The hint decides where it knows; otherwise a reset
 * is any count that went down, a finer schema, a smaller zero bucket, or a populated bucket that is gone.
 */
export function detectReset(current: FloatHistogram, previous: FloatHistogram): boolean {
  if (current.hint === "reset") return true;
  if (current.hint === "not_reset") return false;
  if (current.count < previous.count) return true;
  if (usesCustomBuckets(current) !== usesCustomBuckets(previous)) return true;
  if (usesCustomBuckets(current)) return detectCustomReset(current, previous);
  if (current.schema > previous.schema || current.zeroThreshold < previous.zeroThreshold) return true;
  if (widenedThreshold(previous, current.zeroThreshold) !== current.zeroThreshold) return true;
  const before = toLayout(previous, current);
  return (
    current.zeroCount < before.zeroCount ||
    shrank(current.positive, before.positive) ||
    shrank(current.negative, before.negative)
  );
}

function detectCustomReset(current: FloatHistogram, previous: FloatHistogram): boolean {
  if (sameNumbers(current.customBounds, previous.customBounds)) return shrank(current.positive, previous.positive);
  const layout = commonLayout(current, previous);
  if (layout === undefined) return true;
  return shrank(toLayout(current, layout).positive, toLayout(previous, layout).positive);
}

/** What `previous` has nothing in cannot have shrunk; a bucket that is gone has, even one that held less than nothing. */
function shrank(current: Buckets, previous: Buckets): boolean {
  let at = 0;
  return previous.indexes.some((index, position) => {
    const before = previous.counts[position] ?? 0;
    while ((current.indexes[at] ?? Infinity) < index) at++;
    return current.indexes[at] === index ? (current.counts[at] ?? 0) < before : before !== 0;
  });
}
