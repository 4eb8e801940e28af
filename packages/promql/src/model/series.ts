import type { FloatHistogram } from "../histogram/float-histogram.ts";
import type { Labels } from "./labels.ts";

export const absentSample = 0;
export const floatSample = 1;
export const histogramSample = 2;

/** A series over all steps of a grid: one array of values, not one object per sample. */
export interface StepSeries {
  readonly labels: Labels;
  /** The metric name is still in the labels, and goes at the end of the query (delayed name removal). */
  readonly dropName: boolean;
  readonly values: Float64Array;
  /** What there is at each step: absentSample, floatSample or histogramSample. */
  readonly present: Uint8Array;
  /** At the steps where a histogram is; absent when there is none. */
  histograms?: (FloatHistogram | undefined)[];
}

export function newSeries(labels: Labels, dropName: boolean, count: number): StepSeries {
  return { labels, dropName, values: new Float64Array(count), present: new Uint8Array(count) };
}

const blockSamples = 16_384;

/** Makes many series of one length: their arrays are cut from larger blocks, which is faster than one by one. */
export class SeriesMaker {
  readonly #count: number;
  #values = new Float64Array();
  #present = new Uint8Array();
  #at = 0;

  constructor(count: number) {
    this.#count = count;
  }

  make(labels: Labels, dropName: boolean): StepSeries {
    const count = this.#count;
    if (count > blockSamples / 4) return newSeries(labels, dropName, count);
    if (this.#at + count > this.#values.length) {
      this.#values = new Float64Array(blockSamples);
      this.#present = new Uint8Array(blockSamples);
      this.#at = 0;
    }
    const from = this.#at;
    this.#at += count;
    return {
      labels,
      dropName,
      values: this.#values.subarray(from, from + count),
      present: this.#present.subarray(from, from + count),
    };
  }
}

export function setHistogram(series: StepSeries, step: number, histogram: FloatHistogram): void {
  (series.histograms ??= [])[step] = histogram;
  series.present[step] = histogramSample;
}

export function setFloat(series: StepSeries, step: number, value: number): void {
  series.values[step] = value;
  series.present[step] = floatSample;
}

/** Copies one sample, of whatever kind; nothing when there is none. */
export function copySample(from: StepSeries, to: StepSeries, step: number): void {
  const kind = from.present[step];
  if (kind === floatSample) setFloat(to, step, from.values[step] ?? NaN);
  else if (kind === histogramSample) {
    const histogram = from.histograms?.[step];
    if (histogram !== undefined) setHistogram(to, step, histogram);
  }
}

export function isEmpty(series: StepSeries): boolean {
  return !series.present.includes(floatSample) && !series.present.includes(histogramSample);
}

export function presentCount(series: StepSeries): number {
  const { present } = series;
  // Most series have no gaps, which is faster found than counted.
  if (!present.includes(absentSample)) return present.length;
  let count = 0;
  for (let step = 0; step < present.length; step++) if (present[step] !== absentSample) count++;
  return count;
}

/** The same samples under other labels. */
export function relabel(series: StepSeries, labels: Labels, dropName: boolean): StepSeries {
  const { values, present, histograms } = series;
  return histograms === undefined
    ? { labels, dropName, values, present }
    : { labels, dropName, values, present, histograms };
}

/** A series of one step, at every step of a longer grid. */
export function broadcast(series: StepSeries, count: number): StepSeries {
  const kind = series.present[0] ?? absentSample;
  const wide = newSeries(series.labels, series.dropName, count);
  wide.present.fill(kind);
  wide.values.fill(series.values[0] ?? NaN);
  const histogram = series.histograms?.[0];
  if (histogram !== undefined) wide.histograms = Array.from({ length: count }, () => histogram);
  return wide;
}
