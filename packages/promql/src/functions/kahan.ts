/**
 * Summation that carries the rounding error along (Neumaier's form of Kahan's). `sum + compensation` is the total;
 * once the sum is infinite the compensation counts for nothing.
 */
export class KahanSum {
  sum: number;
  compensation = 0;

  constructor(start = 0) {
    this.sum = start;
  }

  add(value: number): void {
    const { sum } = this;
    const total = sum + value;
    if (Math.abs(total) === Infinity) this.compensation = 0;
    else if (Math.abs(sum) >= Math.abs(value)) this.compensation += sum - total + value;
    else this.compensation += value - total + sum;
    this.sum = total;
  }

  get total(): number {
    return Math.abs(this.sum) === Infinity ? this.sum : this.sum + this.compensation;
  }
}

/** A mean: the sum divided, and, from where the sum overflows on, a mean that is carried along. */
export class CarriedMean {
  readonly #sum = new KahanSum();
  #mean: KahanSum | undefined;
  #count = 0;

  add(value: number): void {
    const count = ++this.#count;
    if (count === 1) {
      this.#sum.sum = value;
      return;
    }
    if (this.#mean === undefined) {
      const { sum, compensation } = this.#sum;
      this.#sum.add(value);
      if (Math.abs(this.#sum.sum) !== Infinity) return;
      this.#mean = new KahanSum(sum / (count - 1));
      this.#mean.compensation = compensation / (count - 1);
    }
    const weight = (count - 1) / count;
    this.#mean.sum *= weight;
    this.#mean.compensation *= weight;
    this.#mean.add(value / count);
  }

  get value(): number {
    const total = this.#mean ?? this.#sum;
    const count = this.#mean === undefined ? this.#count : 1;
    return total.sum / count + total.compensation / count;
  }
}
