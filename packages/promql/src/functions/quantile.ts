/** The quantile of some values, interpolated between neighbours. NaN sorts first. `values` is sorted in place. */
export function quantileOf(q: number, values: Float64Array): number {
  const count = values.length;
  if (count === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  sortNaNFirst(values);
  return interpolate(q, values, count);
}

/** The quantile of values[low, high), which stay as they are. `scratch` is reused from call to call. */
export function quantileWithin(q: number, values: Float64Array, low: number, high: number, scratch: Scratch): number {
  const count = high - low;
  if (count > insertionSortMax) return quantileOf(q, values.slice(low, high));
  if (Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const { sorted } = scratch;
  for (let index = 0; index < count; index++) insert(sorted, index, values[low + index] as number);
  return interpolate(q, sorted, count);
}

/** Windows are mostly small, and the library's sort is slow to start. */
const insertionSortMax = 64;

export class Scratch {
  readonly sorted = new Float64Array(insertionSortMax);
}

function interpolate(q: number, sorted: Float64Array, count: number): number {
  const rank = q * (count - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(count - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return (sorted[lower] as number) * (1 - weight) + (sorted[upper] as number) * weight;
}

/** Puts a value at its place among the first `count`, which are sorted. */
function insert(sorted: Float64Array, count: number, value: number): void {
  let at = count;
  for (; at > 0; at--) {
    const before = sorted[at - 1] as number;
    if (Number.isNaN(before) || before <= value) break;
    sorted[at] = before;
  }
  sorted[at] = value;
}

/** Typed arrays sort NaN last. */
function sortNaNFirst(values: Float64Array): void {
  values.sort();
  let nans = 0;
  while (nans < values.length && Number.isNaN(values[values.length - 1 - nans])) nans++;
  if (nans === 0) return;
  values.copyWithin(nans, 0, values.length - nans);
  values.fill(NaN, 0, nans);
}
