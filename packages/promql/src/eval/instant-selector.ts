import type { VectorSelector } from "../ast/nodes.ts";
import { isEmpty, newSeries, SeriesMaker, setFloat, setHistogram, type StepSeries } from "../model/series.ts";
import { staleFlags } from "../model/stale.ts";
import { referenceGrid } from "../plan/times.ts";
import type { ComputedSeries, RawSeries } from "../source/series-source.ts";
import { smoothSeries } from "./smooth.ts";
import { countSamples, type Evaluation } from "./evaluation.ts";
import type { Grid } from "./grid.ts";
import { vectorOf, type VectorValue } from "./value.ts";

/** What is written at a step for the sample that was found: its value, or something about it. */
export type SampleReader = (raw: RawSeries, index: number, out: StepSeries, step: number) => void;

const readValue: SampleReader = (raw, index, out, step) => {
  const histogram = raw.histograms?.[index];
  if (histogram === undefined) setFloat(out, step, raw.values[index] as number);
  else setHistogram(out, step, histogram);
};

/** An instant vector: at each step the last sample within the lookback, unless it is a staleness marker. */
export async function evaluateSelector(
  node: VectorSelector,
  grid: Grid,
  evaluation: Evaluation,
  read: SampleReader = readValue,
): Promise<VectorValue> {
  const result = evaluation.selected.get(node);
  if (result === undefined) return vectorOf([]);
  const reference = referenceGrid(node, grid, evaluation.grid);
  const maker = new SeriesMaker(grid.count);
  const found: StepSeries[] = result.kind === "computed" ? result.series.map((each) => fromComputed(each, grid)) : [];
  for (const raw of result.kind === "computed" ? (result.raw ?? []) : result.series) {
    const pause = evaluation.checkpoint();
    if (pause !== undefined) await pause;
    const out = maker.make(raw.labels, false);
    // What is asked about a sample is not about a value between two.
    if (node.smoothed && read === readValue) smoothSeries(raw, reference, evaluation, node, out);
    else lookBack(raw, reference, evaluation.settings.lookbackMs, read, out);
    if (!isEmpty(out)) found.push(out);
  }
  const held = countSamples(found);
  evaluation.hold(held);
  evaluation.release(held);
  return vectorOf(found);
}

/** The values a source computed on the steps of the selector; one step stands for all when `@` pins it. */
export function fromComputed(computed: ComputedSeries, grid: Grid): StepSeries {
  const { labels, values, present } = computed;
  if (values.length === grid.count) return { labels, dropName: false, values, present };
  const out = newSeries(labels, false, grid.count);
  out.values.fill(values[0] ?? NaN);
  out.present.fill(present[0] ?? 0);
  return out;
}

function lookBack(raw: RawSeries, reference: Grid, lookbackMs: number, read: SampleReader, out: StepSeries): void {
  const { timestampsMs, histograms } = raw;
  const stale = staleFlags(raw.values, raw.hasStale);
  const length = timestampsMs.length;
  const count = out.present.length;
  const stepMs = reference.count === 1 ? 0 : reference.stepMs;
  const plain = read === readValue && histograms === undefined;
  let next = 0;
  for (let step = 0; step < count; step++) {
    const timeMs = reference.startMs + step * stepMs;
    while (next < length && (timestampsMs[next] as number) <= timeMs) next++;
    const index = next - 1;
    if (index < 0 || (timestampsMs[index] as number) <= timeMs - lookbackMs) continue;
    if (stale !== undefined && stale[index] === 1 && histograms?.[index] === undefined) continue;
    if (plain) {
      out.values[step] = raw.values[index] as number;
      out.present[step] = 1;
    } else read(raw, index, out, step);
  }
}
