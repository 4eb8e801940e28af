/** The quantile of some values, interpolated between neighbours. NaN sorts first. `values` is sorted in place. */
export function quantileOf(q: number, values: Float64Array): number {
  const count = values.length;
  if (count === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  return quantileBySelection(q, values);
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

/** The two neighbours are found without sorting the rest. */
function quantileBySelection(q: number, values: Float64Array): number {
  const nans = moveNaNsFirst(values);
  const count = values.length;
  const rank = q * (count - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(count - 1, lower + 1);
  if (lower >= nans) select(values, nans, count - 1, lower);
  let upperValue = values[upper] as number;
  if (upper > lower && upper >= nans) {
    upperValue = values[upper] as number;
    for (let index = Math.max(nans, lower + 1); index < count; index++)
      if ((values[index] as number) < upperValue) upperValue = values[index] as number;
  }
  const weight = rank - Math.floor(rank);
  return (values[lower] as number) * (1 - weight) + upperValue * weight;
}

/** @returns how many there are */
function moveNaNsFirst(values: Float64Array): number {
  let nans = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (value === value) continue;
    values[index] = values[nans] as number;
    values[nans++] = value;
  }
  return nans;
}

/** Hoare's selection: afterwards values[k] is where sorting [low, high] would put it, with nothing greater before it. */
function select(values: Float64Array, from: number, to: number, k: number): void {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const pivot = medianOfThree(values[low] as number, values[middle] as number, values[high] as number);
    let [left, right] = [low, high];
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left > right) break;
      const value = values[left] as number;
      values[left++] = values[right] as number;
      values[right--] = value;
    }
    if (k <= right) high = right;
    else if (k >= left) low = left;
    else return;
  }
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
