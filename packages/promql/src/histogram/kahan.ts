import { KahanSum } from "../functions/kahan.ts";
import {
  addHistograms,
  combinedHint,
  divideHistogram,
  forEachIndex,
  hasOverflow,
  multiplyHistogram,
} from "./arithmetic.ts";
import { emptyHistogram, type Buckets, type FloatHistogram } from "./float-histogram.ts";
import { commonLayout, toLayout } from "./layout.ts";

/** A sum of histograms with what rounding lost, in the same layout. */
interface Compensated {
  readonly sum: FloatHistogram;
  readonly compensation: FloatHistogram;
}

/** What happened while histograms were added up. */
export interface HistogramTotal {
  /** Undefined: exponential and custom buckets were mixed. */
  readonly histogram: FloatHistogram | undefined;
  readonly resetCollision: boolean;
  readonly boundsReconciled: boolean;
}

/** Adds up histograms, or averages them, without losing small ones among large ones. */
export class HistogramAccumulator {
  readonly #average: boolean;
  #state: Compensated | undefined;
  #count = 0;
  /** Direct means overflow for huge inputs; from then on the mean itself is carried. */
  #incremental = false;
  #incompatible = false;
  #sawReset = false;
  #sawNoReset = false;
  #reconciled = false;

  constructor(kind: "sum" | "average") {
    this.#average = kind === "average";
  }

  add(histogram: FloatHistogram): void {
    if (histogram.hint === "reset") this.#sawReset = true;
    if (histogram.hint === "not_reset") this.#sawNoReset = true;
    if (this.#incompatible) return;
    this.#count++;
    if (this.#state === undefined) {
      this.#state = { sum: histogram, compensation: zeroLike(histogram) };
      return;
    }
    if (!this.#incremental) {
      const next = this.#kahanAdd(this.#state, histogram);
      if (next === undefined) return;
      if (!this.#average || !hasOverflow(next.sum)) {
        this.#state = next;
        return;
      }
      this.#incremental = true;
      this.#state = scale(this.#state, (each) => divideHistogram(each, this.#count - 1));
    }
    const weight = (this.#count - 1) / this.#count;
    const scaled = scale(this.#state, (each) => multiplyHistogram(each, weight));
    this.#state = this.#kahanAdd(scaled, divideHistogram(histogram, this.#count)) ?? this.#state;
  }

  total(): HistogramTotal {
    return {
      histogram: this.#result(),
      resetCollision: this.#sawReset && this.#sawNoReset,
      boundsReconciled: this.#reconciled,
    };
  }

  #result(): FloatHistogram | undefined {
    if (this.#state === undefined || this.#incompatible) return undefined;
    const direct = this.#average && !this.#incremental;
    const { sum, compensation } = direct
      ? scale(this.#state, (each) => divideHistogram(each, this.#count))
      : this.#state;
    return addHistograms(sum, { ...compensation, hint: sum.hint })?.histogram;
  }

  #kahanAdd(state: Compensated, histogram: FloatHistogram): Compensated | undefined {
    const layout = commonLayout(state.sum, histogram);
    if (layout === undefined) {
      this.#incompatible = true;
      return undefined;
    }
    if (layout.boundsReconciled) this.#reconciled = true;
    const sum = toLayout(state.sum, layout);
    const compensation = toLayout({ ...state.compensation, zeroThreshold: state.sum.zeroThreshold }, layout);
    const other = toLayout(histogram, layout);
    const { hint } = combinedHint(sum.hint, histogram.hint);
    return kahanSum(sum, compensation, other, hint);
  }
}

function zeroLike({ schema, zeroThreshold, customBounds }: FloatHistogram): FloatHistogram {
  return { ...emptyHistogram, schema, zeroThreshold, customBounds };
}

function scale(state: Compensated, change: (histogram: FloatHistogram) => FloatHistogram): Compensated {
  return { sum: change(state.sum), compensation: change(state.compensation) };
}

function kahanSum(
  sum: FloatHistogram,
  compensation: FloatHistogram,
  other: FloatHistogram,
  hint: FloatHistogram["hint"],
): Compensated {
  const adder = new KahanSum();
  const step = (value: number, lost: number, added: number): readonly [number, number] => {
    adder.sum = value;
    adder.compensation = lost;
    adder.add(added);
    return [adder.sum, adder.compensation];
  };
  const [count, countLost] = step(sum.count, compensation.count, other.count);
  const [total, totalLost] = step(sum.sum, compensation.sum, other.sum);
  const [zero, zeroLost] = step(sum.zeroCount, compensation.zeroCount, other.zeroCount);
  const positive = addSide(sum.positive, compensation.positive, other.positive, step);
  const negative = addSide(sum.negative, compensation.negative, other.negative, step);
  return {
    sum: { ...sum, hint, count, sum: total, zeroCount: zero, positive: positive.sum, negative: negative.sum },
    compensation: {
      ...compensation,
      count: countLost,
      sum: totalLost,
      zeroCount: zeroLost,
      positive: positive.lost,
      negative: negative.lost,
    },
  };
}

function addSide(
  sum: Buckets,
  compensation: Buckets,
  other: Buckets,
  step: (value: number, lost: number, added: number) => readonly [number, number],
): { readonly sum: Buckets; readonly lost: Buckets } {
  const lostAt = new Map(compensation.indexes.map((index, at) => [index, compensation.counts[at] ?? 0]));
  const indexes: number[] = [];
  const counts: number[] = [];
  const lost: number[] = [];
  forEachIndex(sum, other, (index, left, right) => {
    const [value, rest] = step(left, lostAt.get(index) ?? 0, right);
    indexes.push(index);
    counts.push(value);
    lost.push(rest);
  });
  return { sum: { indexes, counts }, lost: { indexes, counts: lost } };
}
