import { limits } from "../../model/limits.ts";
import { grown, IdTable } from "./id-table.ts";
import type { SeriesId } from "./series-id.ts";

/** Where a summed series stands: its last sample. */
export interface SummedPoint {
  value: number;
  timeMs: number;
  /** When its first delta began. */
  startMs: number;
}

/**
 * Adds the deltas of many processes up to one counter for each series that lives on when they are gone: a hundred runs of
 * a job make one series without resets. The state is the last sample of each series, so the store holds it already.
 */
export class DeltaSums {
  private readonly ids = new IdTable();
  private values = new Float64Array(this.ids.capacity);
  private times = new Float64Array(this.ids.capacity);
  private starts = new Float64Array(this.ids.capacity);

  get size(): number {
    return this.ids.size;
  }

  /** Takes over the last sample of a series from the store. */
  recover(id: SeriesId, { value, timeMs, startMs }: SummedPoint): void {
    const number = this.ids.find(id.low, id.high);
    this.set(number === -1 ? this.enter(id) : number, { value, timeMs, startMs });
  }

  /**
   * Adds a delta. Deltas that overlap in time, or come late, make samples one millisecond after the other, since a
   * series has one value for a time.
   * @param delta 0 to have the sum as it is, without a new time
   * @returns undefined when there are too many series
   */
  add(id: SeriesId, delta: number, { timeMs, startMs }: { timeMs: number; startMs: number }): SummedPoint | undefined {
    let number = this.ids.find(id.low, id.high);
    if (number === -1) {
      if (this.ids.size >= limits.summedSeriesMax.value) return undefined;
      number = this.enter(id);
      const beganMs = startMs > 0 && startMs < timeMs ? startMs : timeMs - 1;
      this.set(number, { value: 0, timeMs: beganMs, startMs: beganMs });
    }
    const before = this.times[number]!;
    const point = {
      value: this.values[number]! + delta,
      timeMs: delta === 0 ? Math.max(timeMs, before) : Math.max(timeMs, before + 1),
      startMs: this.starts[number]!,
    };
    this.set(number, point);
    return point;
  }

  private enter(id: SeriesId): number {
    const number = this.ids.add(id.low, id.high);
    const { capacity } = this.ids;
    if (capacity > this.values.length) {
      this.values = grown(this.values, new Float64Array(capacity));
      this.times = grown(this.times, new Float64Array(capacity));
      this.starts = grown(this.starts, new Float64Array(capacity));
    }
    return number;
  }

  private set(number: number, { value, timeMs, startMs }: SummedPoint): void {
    this.values[number] = value;
    this.times[number] = timeMs;
    this.starts[number] = startMs;
  }
}
