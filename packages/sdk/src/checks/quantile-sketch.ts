const relativeError = 0.01;
const gamma = (1 + relativeError) / (1 - relativeError);
const logGamma = Math.log(gamma);
const bucketsMax = 2048;

/**
 * Quantiles of a stream in bounded memory, each within 1 % of a value that is really there (DDSketch; Masson, Rim, Lee,
 * VLDB 2019). Over 2048 buckets the ones nearest to zero are joined, which spoils only the lowest quantiles.
 */
export class QuantileSketch {
  readonly #positive = new Map<number, number>();
  readonly #negative = new Map<number, number>();
  #zeros = 0;
  #count = 0;

  add(value: number): void {
    this.#count += 1;
    if (value === 0) this.#zeros += 1;
    else if (value > 0) count(this.#positive, value);
    else count(this.#negative, -value);
  }

  /** @param quantile from 0 to 1; undefined while there are no values */
  quantile(quantile: number): number | undefined {
    if (this.#count === 0) return undefined;
    let rank = quantile * (this.#count - 1);
    for (const [index, size] of [...this.#negative].toSorted((a, b) => b[0] - a[0])) {
      rank -= size;
      if (rank < 0) return -valueOf(index);
    }
    rank -= this.#zeros;
    if (rank < 0) return 0;
    const ascending = [...this.#positive].toSorted((a, b) => a[0] - b[0]);
    for (const [index, size] of ascending) {
      rank -= size;
      if (rank < 0) return valueOf(index);
    }
    return valueOf(ascending.at(-1)?.[0] ?? 0);
  }
}

function count(buckets: Map<number, number>, value: number): void {
  const index = Math.ceil(Math.log(value) / logGamma);
  buckets.set(index, (buckets.get(index) ?? 0) + 1);
  if (buckets.size <= bucketsMax) return;
  const [lowest = 0, next = 0] = [...buckets.keys()].toSorted((a, b) => a - b);
  buckets.set(next, (buckets.get(next) ?? 0) + (buckets.get(lowest) ?? 0));
  buckets.delete(lowest);
}

function valueOf(index: number): number {
  return (2 * gamma ** index) / (gamma + 1);
}
