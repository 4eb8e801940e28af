import type { Evaluation } from "../eval/evaluation.ts";
import { mergeSameLabels } from "../eval/merge.ts";
import { vectorOf, type VectorValue } from "../eval/value.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { floatSample, histogramSample, SeriesMaker, type StepSeries } from "../model/series.ts";

/** Each float of each series mapped to another; histograms give nothing. The results have no metric name. */
export function mapFloats(
  series: readonly StepSeries[],
  evaluation: Evaluation,
  change: (value: number, step: number) => number,
): VectorValue {
  return finish(series, evaluation, (from, out) => {
    const { present, values } = from;
    for (let step = 0; step < present.length; step++) {
      if (present[step] !== floatSample) continue;
      out.values[step] = change(values[step] as number, step);
      out.present[step] = floatSample;
    }
  });
}

/** Each histogram mapped to a float; floats give nothing. */
export function mapHistograms(
  series: readonly StepSeries[],
  evaluation: Evaluation,
  change: (histogram: FloatHistogram) => number,
): VectorValue {
  return finish(series, evaluation, (from, out) => {
    from.histograms?.forEach((histogram, step) => {
      if (histogram === undefined || from.present[step] !== histogramSample) return;
      out.values[step] = change(histogram);
      out.present[step] = floatSample;
    });
  });
}

function finish(
  series: readonly StepSeries[],
  evaluation: Evaluation,
  fill: (from: StepSeries, out: StepSeries) => void,
): VectorValue {
  const maker = new SeriesMaker(series[0]?.present.length ?? 0);
  const results: StepSeries[] = [];
  for (const from of series) {
    const { labels, dropName } = evaluation.dropped(from.labels);
    const out = maker.make(labels, dropName);
    fill(from, out);
    if (out.present.includes(floatSample)) results.push(out);
  }
  return vectorOf(evaluation.settings.delayedNameRemoval ? results : mergeSameLabels(results));
}
