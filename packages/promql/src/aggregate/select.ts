import type { Aggregate } from "../ast/nodes.ts";
import { executionError } from "../errors.ts";
import { messages } from "../eval/annotations.ts";
import type { Evaluation } from "../eval/evaluation.ts";
import { vectorOf, type VectorValue } from "../eval/value.ts";
import {
  absentSample,
  copySample,
  floatSample,
  histogramSample,
  isEmpty,
  newSeries,
  type StepSeries,
} from "../model/series.ts";
import { formatFloat } from "../text/go-format.ts";
import { groupSeries, type Group } from "./group.ts";
import { hashFraction } from "./hash.ts";

/** Aggregations that keep some of the series as they are: topk, bottomk, limitk, limit_ratio. */
export function selectSeries(
  node: Aggregate,
  series: readonly StepSeries[],
  params: Float64Array,
  evaluation: Evaluation,
): VectorValue {
  const groups = groupSeries(series, node);
  if (node.operator === "limit_ratio") return limitRatio(node, series, params, evaluation);
  if (!params.some((value) => value >= 1 || Number.isNaN(value))) return vectorOf([]);
  checkCounts(params, node);
  const counts = params.map((value) => Math.trunc(value));
  if (node.operator === "limitk") return limitK(groups, counts);
  return topK(node, groups, counts, evaluation);
}

function checkCounts(params: Float64Array, node: Aggregate): void {
  const span = node.param?.span;
  if (params.some((value) => Number.isNaN(value))) throw executionError("Parameter value is NaN", span);
  const low = Math.min(...params);
  const high = Math.max(...params);
  if (low <= -(2 ** 63)) throw executionError(`Scalar value ${formatFloat(low)} underflows int64`, span);
  if (high >= 2 ** 63) throw executionError(`Scalar value ${formatFloat(high)} overflows int64`, span);
}

/** Copies of series to write kept samples to, in the order in which they are first written. */
class Kept {
  readonly #copies = new Map<StepSeries, StepSeries>();

  keep(series: StepSeries, step: number): void {
    let copy = this.#copies.get(series);
    if (copy === undefined) {
      copy = newSeries(series.labels, series.dropName, series.present.length);
      this.#copies.set(series, copy);
    }
    copySample(series, copy, step);
  }

  get series(): readonly StepSeries[] {
    return [...this.#copies.values()].filter((each) => !isEmpty(each));
  }
}

function topK(node: Aggregate, groups: readonly Group[], counts: Float64Array, evaluation: Evaluation): VectorValue {
  const kept = new Kept();
  const direction: 1 | -1 = node.operator === "topk" ? -1 : 1;
  for (const { members } of groups) {
    if (members.some((member) => member.present.includes(histogramSample)))
      evaluation.annotations.info(messages.histogramIgnoredInAggregation(node.operator), node.span);
    const best = bestOf(members, counts, direction);
    best.forEach((chosen, step) => {
      for (const each of chosen) kept.keep(each, step);
    });
  }
  return { type: "vector", series: kept.series, ordered: counts.length === 1 };
}

/**
 * For each step the first members by value, as many as `counts` says, best first; the earlier one of equals. NaN comes last
 * in either direction.
 */
function bestOf(
  members: readonly StepSeries[],
  counts: Float64Array,
  direction: 1 | -1,
): readonly (readonly StepSeries[])[] {
  const steps = counts.length;
  const best: StepSeries[][] = Array.from({ length: steps }, () => []);
  // Ranks are what is compared: the smaller, the better.
  const ranks: number[][] = Array.from({ length: steps }, () => []);
  // What a rank must be smaller than: nothing is, as long as there is room. NaN where everything but NaN is better.
  const bounds = new Float64Array(steps).fill(Infinity);
  for (let step = 0; step < steps; step++) if ((counts[step] as number) < 1) bounds[step] = -Infinity;
  const isOpen = Uint8Array.from(counts, (count) => (count >= 1 ? 1 : 0));
  for (const member of members) {
    const { values, present } = member;
    for (let step = 0; step < steps; step++) {
      if (present[step] !== floatSample) continue;
      const rank = direction * (values[step] as number);
      const bound = bounds[step] as number;
      if (isOpen[step] === 0 && !(rank < bound || (bound !== bound && rank === rank))) continue;
      const chosen = best[step] as StepSeries[];
      const ranksOf = ranks[step] as number[];
      const count = counts[step] as number;
      if (chosen.length >= count) {
        chosen.pop();
        ranksOf.pop();
      }
      const at = placeFor(rank, ranksOf);
      chosen.splice(at, 0, member);
      ranksOf.splice(at, 0, rank);
      if (chosen.length < count) continue;
      isOpen[step] = 0;
      bounds[step] = ranksOf[ranksOf.length - 1] as number;
    }
  }
  return best;
}

/** Behind all ranks that are as good or better. */
function placeFor(rank: number, ranks: readonly number[]): number {
  let [low, high] = [0, ranks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = ranks[middle] as number;
    if (rank < other || (Number.isNaN(other) && !Number.isNaN(rank))) high = middle;
    else low = middle + 1;
  }
  return low;
}

function limitK(groups: readonly Group[], counts: Float64Array): VectorValue {
  const kept = new Kept();
  for (const { members } of groups)
    for (let step = 0; step < counts.length; step++) {
      let left = counts[step] ?? 0;
      for (const member of members) {
        if (left < 1) break;
        if (member.present[step] === absentSample) continue;
        kept.keep(member, step);
        left--;
      }
    }
  return vectorOf(kept.series);
}

/** A share of the series by the hash of their labels: r and -(1 - r) select complements. */
function limitRatio(
  node: Aggregate,
  series: readonly StepSeries[],
  params: Float64Array,
  { annotations }: Evaluation,
): VectorValue {
  const span = node.param?.span;
  if (params.every((ratio) => ratio === 0)) return vectorOf([]);
  if (params.some((ratio) => Number.isNaN(ratio))) throw executionError("Ratio value is NaN", span);
  const [low, high] = [Math.min(...params), Math.max(...params)];
  if (high > 1) annotations.warn(messages.invalidRatio(high, 1), span);
  if (low < -1) annotations.warn(messages.invalidRatio(low, -1), span);
  const kept = new Kept();
  for (const each of series) {
    const fraction = hashFraction(each.labels);
    params.forEach((given, step) => {
      if (each.present[step] === absentSample) return;
      const ratio = Math.max(-1, Math.min(1, given));
      if ((ratio >= 0 && fraction < ratio) || (ratio < 0 && fraction >= 1 + ratio)) kept.keep(each, step);
    });
  }
  return vectorOf(kept.series);
}
