import type { VectorSelector } from "../ast/nodes.ts";
import { interpolateHistograms } from "../histogram/interpolate.ts";
import { withHint, type FloatHistogram } from "../histogram/float-histogram.ts";
import { setFloat, setHistogram, type StepSeries } from "../model/series.ts";
import { staleFlags } from "../model/stale.ts";
import type { RawSeries } from "../source/series-source.ts";
import { messages } from "./annotations.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Grid } from "./grid.ts";

/**
 * A `smoothed` instant vector: between the samples before and after a step, within the lookback on both sides, the
 * value is interpolated; after the last sample it is carried on.
 */
export function smoothSeries(
  raw: RawSeries,
  reference: Grid,
  evaluation: Evaluation,
  node: VectorSelector,
  out: StepSeries,
): void {
  const { lookbackMs } = evaluation.settings;
  const samples = liveSamples(raw);
  for (let step = 0; step < out.present.length; step++) {
    const timeMs = reference.startMs + (reference.count === 1 ? 0 : step * reference.stepMs);
    const near = samples.filter((index) => {
      const sampleMs = raw.timestampsMs[index] ?? 0;
      return sampleMs > timeMs - lookbackMs && sampleMs <= timeMs + lookbackMs;
    });
    const histograms = near.filter((index) => raw.histograms?.[index] !== undefined).length;
    if (near.length === 0) continue;
    if (histograms > 0 && histograms < near.length) {
      evaluation.annotations.warn(messages.mixedFloatsHistograms(raw.labels.metricName), node.span);
      continue;
    }
    smoothStep(raw, near, timeMs, evaluation, node, out, step);
  }
}

function liveSamples(raw: RawSeries): readonly number[] {
  const stale = staleFlags(raw.values);
  const all = Array.from(raw.values.keys());
  return all.filter((index) => stale?.[index] !== 1 || raw.histograms?.[index] !== undefined);
}

function smoothStep(
  raw: RawSeries,
  near: readonly number[],
  timeMs: number,
  evaluation: Evaluation,
  node: VectorSelector,
  out: StepSeries,
  step: number,
): void {
  const timeOf = (index: number): number => raw.timestampsMs[index] ?? 0;
  const at = near.findIndex((index) => timeOf(index) >= timeMs);
  const after = at === -1 ? undefined : near[at];
  const before = at === -1 ? near.at(-1) : near[at - 1];
  const exact = after !== undefined && timeOf(after) === timeMs ? after : undefined;
  const single = exact ?? (after === undefined ? before : undefined);
  if (single !== undefined) {
    const histogram = raw.histograms?.[single];
    if (histogram === undefined) setFloat(out, step, raw.values[single] ?? NaN);
    // A hint is about a sample and the one before, not about a value that is carried on.
    else setHistogram(out, step, exact === undefined ? withHint(histogram, "unknown") : histogram);
    return;
  }
  if (before === undefined || after === undefined) return;
  const [elapsedMs, lengthMs] = [timeMs - timeOf(before), timeOf(after) - timeOf(before)];
  const [left, right] = [raw.histograms?.[before], raw.histograms?.[after]];
  if (left === undefined || right === undefined) {
    const [from, to] = [raw.values[before] ?? NaN, raw.values[after] ?? NaN];
    setFloat(out, step, from + ((to - from) * elapsedMs) / lengthMs);
  } else
    smoothHistogram(left, right, elapsedMs / lengthMs, evaluation, { node, name: raw.labels.metricName, out, step });
}

function smoothHistogram(
  left: FloatHistogram,
  right: FloatHistogram,
  fraction: number,
  evaluation: Evaluation,
  target: { node: VectorSelector; name: string; out: StepSeries; step: number },
): void {
  const isCounter = left.hint !== "gauge" || right.hint !== "gauge";
  const result = interpolateHistograms(left, right, fraction, isCounter);
  if (result === undefined) {
    evaluation.annotations.warn(messages.mixedSchemas(target.name), target.node.span);
    return;
  }
  for (const operation of result.reconciled)
    evaluation.annotations.info(messages.boundsReconciled(operation), target.node.span);
  setHistogram(target.out, target.step, result.histogram);
}
