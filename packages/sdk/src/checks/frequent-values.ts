const countersMax = 1000;

/**
 * The most frequent values of a stream with 1000 counters (Misra, Gries, 1982). Up to 1000 different values the counts are
 * exact; beyond, each is at most a thousandth of the stream too low, and every value that is more frequent than that is among them.
 */
export class FrequentValues {
  readonly #counts = new Map<string, number>();

  add(value: string): void {
    const seen = this.#counts.get(value);
    if (seen !== undefined) this.#counts.set(value, seen + 1);
    else if (this.#counts.size < countersMax) this.#counts.set(value, 1);
    else this.#decrementAll();
  }

  top(count: number): [value: string, count: number][] {
    return [...this.#counts].toSorted((a, b) => b[1] - a[1]).slice(0, count);
  }

  /** A thousand steps, but paid for by the thousand values that came before. */
  #decrementAll(): void {
    for (const [value, count] of this.#counts) {
      if (count === 1) this.#counts.delete(value);
      else this.#counts.set(value, count - 1);
    }
  }
}
