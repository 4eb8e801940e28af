import { NativeReader, seriesIdAt } from "./series-source-native.ts";

/** Samples of one series in strictly ascending order of time. */
export interface SampleColumns {
  timesMs: Float64Array;
  values: Float64Array;
  /** When the counter started, 0 where unknown; only where it was asked for. */
  startsMs?: Float64Array;
}

/**
 * Samples by series, from Native blocks of the columns series_id, time and value (and start_time), as Float64. Rows of a
 * series lie together in stretches, each ascending; the arrays of the answer are views of the blocks wherever one stretch
 * is all there is.
 */
export function readSamples(bytes: Uint8Array, { starts }: { starts: boolean }): Map<bigint, SampleColumns> {
  const reader = new NativeReader(bytes);
  const stretches = new Map<bigint, SampleColumns[]>();
  for (let rows = reader.nextBlock(); rows !== undefined; rows = reader.nextBlock()) {
    reader.column();
    const ids = reader.words(rows);
    reader.column();
    const timesMs = reader.floats(rows);
    reader.column();
    const values = reader.floats(rows);
    if (starts) reader.column();
    const startsMs = starts ? reader.floats(rows) : undefined;
    splitBlock(ids, startsMs === undefined ? { timesMs, values } : { timesMs, values, startsMs }, stretches);
  }
  const series = new Map<bigint, SampleColumns>();
  for (const [id, parts] of stretches) series.set(id, joinStretches(parts));
  return series;
}

function splitBlock(ids: Uint32Array, block: SampleColumns, stretches: Map<bigint, SampleColumns[]>): void {
  const { timesMs } = block;
  const rows = timesMs.length;
  let start = 0;
  for (let row = 1; row <= rows; row++) {
    const goesOn =
      row < rows &&
      ids[row * 2] === ids[row * 2 - 2] &&
      ids[row * 2 + 1] === ids[row * 2 - 1] &&
      (timesMs[row] as number) > (timesMs[row - 1] as number);
    if (goesOn) continue;
    const id = seriesIdAt(ids, start);
    const part = slice(block, start, row);
    const known = stretches.get(id);
    if (known === undefined) stretches.set(id, [part]);
    else known.push(part);
    start = row;
  }
}

function slice({ timesMs, values, startsMs }: SampleColumns, from: number, to: number): SampleColumns {
  const part = { timesMs: timesMs.subarray(from, to), values: values.subarray(from, to) };
  return startsMs === undefined ? part : { ...part, startsMs: startsMs.subarray(from, to) };
}

const firstOf = ({ timesMs }: SampleColumns): number => timesMs[0] ?? 0;
const lastOf = ({ timesMs }: SampleColumns): number => timesMs[timesMs.length - 1] ?? 0;

/** One ascending series of several. */
export function joinStretches(parts: SampleColumns[]): SampleColumns {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  parts.sort((a, b) => firstOf(a) - firstOf(b));
  const joined = concat(parts);
  const overlap = parts.some((part, index) => {
    const before = parts[index - 1];
    return before !== undefined && firstOf(part) <= lastOf(before);
  });
  return overlap ? sortedUnique(joined) : joined;
}

function concat(parts: readonly SampleColumns[]): SampleColumns {
  const length = parts.reduce((sum, { timesMs }) => sum + timesMs.length, 0);
  const joined: SampleColumns = { timesMs: new Float64Array(length), values: new Float64Array(length) };
  if (parts.some(({ startsMs }) => startsMs !== undefined)) joined.startsMs = new Float64Array(length);
  let at = 0;
  for (const { timesMs, values, startsMs } of parts) {
    joined.timesMs.set(timesMs, at);
    joined.values.set(values, at);
    if (startsMs !== undefined) joined.startsMs?.set(startsMs, at);
    at += timesMs.length;
  }
  return joined;
}

/** By time; of samples at one time the greatest value counts, as in the engine's own functions over grids. */
export function sortedUnique({ timesMs, values, startsMs }: SampleColumns): SampleColumns {
  const order = Uint32Array.from(timesMs, (_time, index) => index).sort(
    (a, b) => (timesMs[a] as number) - (timesMs[b] as number) || a - b,
  );
  const kept: number[] = [];
  for (const index of order) {
    const last = kept.at(-1);
    if (last === undefined || timesMs[last] !== timesMs[index]) kept.push(index);
    else if (isGreater(values[index] as number, values[last] as number)) kept[kept.length - 1] = index;
  }
  const result: SampleColumns = { timesMs: pick(timesMs, kept), values: pick(values, kept) };
  if (startsMs !== undefined) result.startsMs = pick(startsMs, kept);
  return result;
}

/** Any number is greater than NaN, as where samples are folded into chunks. */
const isGreater = (a: number, b: number): boolean => a > b || (Number.isNaN(b) && !Number.isNaN(a));

/** Through words, so that a NaN keeps its bits: it may be a staleness marker. */
function pick(from: Float64Array, indexes: readonly number[]): Float64Array {
  const source = new Uint32Array(from.buffer, from.byteOffset, from.length * 2);
  const picked = new Uint32Array(indexes.length * 2);
  indexes.forEach((index, at) => {
    picked[at * 2] = source[index * 2] as number;
    picked[at * 2 + 1] = source[index * 2 + 1] as number;
  });
  return new Float64Array(picked.buffer);
}
