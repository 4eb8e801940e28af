import type { SelectHints } from "@sightglass/promql";

/**
 * Functions that come out the same to the last bit in the engine: they choose a sample or count. The others add, divide or
 * extrapolate in another order, which is right to a few units in the last place.
 */
const exactFunctions: ReadonlySet<string> = new Set(
  "changes resets last_over_time min_over_time max_over_time count_over_time present_over_time".split(" "),
);
const choosing: ReadonlySet<string> = new Set(["min", "max", "count", "group"]);
/** Never negative, so that in a sum nothing cancels out. */
const nonNegative: ReadonlySet<string> = new Set(["rate", "increase"]);

/** Whether the engine's values, and the aggregation around them, are those of the evaluation here to the last bit. */
export function isComputedExactly({ call, aggregate }: SelectHints): boolean {
  const isExactCall = call === undefined || exactFunctions.has(call.name);
  return isExactCall && (aggregate === undefined || choosing.has(aggregate.operator));
}

/** Whether an aggregation here could make a last digit of the engine's values large. */
export function aggregatesUnsteadily({ call, aggregate }: SelectHints): boolean {
  if (call === undefined || aggregate === undefined) return false;
  return !exactFunctions.has(call.name) && !choosing.has(aggregate.operator) && !nonNegative.has(call.name);
}
