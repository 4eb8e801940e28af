import { isStaleAt, staleFlags, type Labels } from "@sightglass/promql";
import { sortedUnique, type SampleColumns } from "./series-source-samples.ts";

/** The samples of one series in memory, from some time on. What was handed out is never changed, only appended to. */
export class RecentSeries {
  readonly id: bigint;
  /** Undefined until they are found in the store. */
  labels: Labels | undefined;
  #timesMs: Float64Array;
  #values: Float64Array;
  #length: number;
  #lastMs: number;
  #isSorted = true;
  /** May be true although none is left. */
  hasStale: boolean;
  /** What was asked for last is likely to be asked for again. */
  #asked: (SampleColumns & { from: number }) | undefined;

  constructor(id: bigint, { timesMs, values }: SampleColumns) {
    this.id = id;
    this.#timesMs = timesMs;
    this.#values = values;
    this.#length = timesMs.length;
    this.#lastMs = timesMs[timesMs.length - 1] ?? -Infinity;
    this.hasStale = staleFlags(values) !== undefined;
  }

  get length(): number {
    return this.#length;
  }

  /** @param keepAfterMs when there is no room, samples until then may go. @returns by how many samples it has grown */
  append(timeMs: number, values: Float64Array, row: number, keepAfterMs: number): number {
    const before = this.#length;
    if (this.#length === this.#timesMs.length) this.#makeRoom(keepAfterMs);
    const at = this.#length++;
    this.#timesMs[at] = timeMs;
    const value = values[row] as number;
    if (value === value) this.#values[at] = value;
    else {
      // As a whole element, so that a staleness marker keeps its bits.
      this.#values.set(values.subarray(row, row + 1), at);
      this.hasStale ||= isStaleAt(values, row);
    }
    if (timeMs > this.#lastMs) this.#lastMs = timeMs;
    else this.#isSorted = false;
    return this.#length - before;
  }

  /** Samples with afterMs < t <= untilMs, as views. */
  between(afterMs: number, untilMs: number): SampleColumns {
    if (!this.#isSorted) this.#sort();
    const from = firstAfter(this.#timesMs, this.#length, afterMs);
    const to = this.#lastMs <= untilMs ? this.#length : firstAfter(this.#timesMs, this.#length, untilMs);
    const asked = this.#asked;
    if (asked?.from === from && asked.timesMs.length === to - from && asked.timesMs.buffer === this.#timesMs.buffer)
      return asked;
    this.#asked = { from, timesMs: this.#timesMs.subarray(from, to), values: this.#values.subarray(from, to) };
    return this.#asked;
  }

  #sort(): void {
    const { timesMs, values } = sortedUnique({
      timesMs: this.#timesMs.subarray(0, this.#length),
      values: this.#values.subarray(0, this.#length),
    });
    this.#timesMs = timesMs;
    this.#values = values;
    this.#length = timesMs.length;
    this.#isSorted = true;
  }

  /** New arrays, since views of the old ones may be in use. */
  #makeRoom(keepAfterMs: number): void {
    if (!this.#isSorted) this.#sort();
    const from = firstAfter(this.#timesMs, this.#length, keepAfterMs);
    const kept = this.#length - from;
    const room = kept + (kept >>> 2) + 16;
    const [timesMs, values] = [new Float64Array(room), new Float64Array(room)];
    timesMs.set(this.#timesMs.subarray(from, this.#length));
    values.set(this.#values.subarray(from, this.#length));
    this.#timesMs = timesMs;
    this.#values = values;
    this.#length = kept;
  }
}

/** The index of the first time after `afterMs`; `length` when there is none. */
function firstAfter(timesMs: Float64Array, length: number, afterMs: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timesMs[middle] as number) <= afterMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
