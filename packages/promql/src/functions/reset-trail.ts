/**
 * Where a counter fell. Windows overlap, so a series is searched for falls once, not once per window; most series have
 * none. Windows must come in order, as they do.
 */
export class ResetTrail {
  #values: Float64Array | undefined;
  /** Indexes of the samples that are smaller than the one before. */
  readonly #falls: number[] = [];
  #at = 0;

  /** What was counted before the falls among the samples [low, high): to be added to the difference of the ends. */
  addLosses(values: Float64Array, low: number, high: number, difference: number): number {
    if (values !== this.#values) this.search(values);
    const falls = this.#falls;
    if (falls.length === 0) return difference;
    while (this.#at < falls.length && (falls[this.#at] as number) <= low) this.#at++;
    let total = difference;
    for (let index = this.#at; index < falls.length; index++) {
      const fall = falls[index] as number;
      if (fall >= high) break;
      total += values[fall - 1] as number;
    }
    return total;
  }

  /** @returns whether it falls anywhere */
  search(values: Float64Array): boolean {
    this.#falls.length = 0;
    const falls = this.#falls;
    let previous = values[0] as number;
    for (let index = 1; index < values.length; index++) {
      const value = values[index] as number;
      if (value < previous) falls.push(index);
      previous = value;
    }
    this.#values = values;
    this.#at = 0;
    return falls.length > 0;
  }
}
