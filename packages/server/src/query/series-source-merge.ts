import { writeStale, type FloatHistogram, type Labels, type RawSeries } from "@sightglass/promql";
import type { HistogramSample } from "./series-source-histograms.ts";
import type { SampleColumns } from "./series-source-samples.ts";

/** One series of its floats and its histograms; at a moment that has both, the histogram counts. */
export function mergeSamples(
  labels: Labels,
  floats: SampleColumns | undefined,
  histograms: readonly HistogramSample[] | undefined,
): RawSeries {
  if (histograms === undefined) {
    const { timesMs = new Float64Array(), values = new Float64Array(), startsMs } = floats ?? {};
    const raw = { labels, timestampsMs: timesMs, values };
    return startsMs === undefined ? raw : { ...raw, startTimestampsMs: startsMs };
  }
  const floatCount = floats?.timesMs.length ?? 0;
  const length = floatCount + histograms.length;
  const merged = new Merged(length);
  let [float, at] = [0, 0];
  while (float < floatCount || at < histograms.length) {
    const sample = histograms[at];
    const floatMs = float < floatCount ? (floats?.timesMs[float] ?? 0) : Infinity;
    if (floats !== undefined && floatMs < (sample?.timeMs ?? Infinity)) merged.addFloat(floats, float++);
    else if (sample !== undefined) {
      merged.addHistogram(sample);
      at++;
      if (floatMs === sample.timeMs) float++;
    }
  }
  return merged.finish(labels);
}

class Merged {
  readonly #timesMs: Float64Array;
  readonly #values: Float64Array;
  readonly #startsMs: Float64Array;
  readonly #histograms: (FloatHistogram | undefined)[] = [];
  #length = 0;

  constructor(capacity: number) {
    this.#timesMs = new Float64Array(capacity);
    this.#values = new Float64Array(capacity);
    this.#startsMs = new Float64Array(capacity);
  }

  addFloat({ timesMs, values, startsMs }: SampleColumns, index: number): void {
    const at = this.#length++;
    this.#timesMs[at] = timesMs[index] ?? 0;
    // A whole element, so that a staleness marker keeps its bits.
    this.#values.set(values.subarray(index, index + 1), at);
    this.#startsMs[at] = startsMs?.[index] ?? 0;
    this.#histograms.push(undefined);
  }

  addHistogram({ timeMs, startMs, histogram }: HistogramSample): void {
    const at = this.#length++;
    this.#timesMs[at] = timeMs;
    this.#values[at] = NaN;
    if (histogram === undefined) writeStale(this.#values, at);
    this.#startsMs[at] = startMs;
    this.#histograms.push(histogram);
  }

  finish(labels: Labels): RawSeries {
    const cut = (columns: Float64Array): Float64Array => columns.subarray(0, this.#length);
    const raw = { labels, timestampsMs: cut(this.#timesMs), values: cut(this.#values), histograms: this.#histograms };
    return this.#startsMs.some((startMs) => startMs !== 0) ? { ...raw, startTimestampsMs: cut(this.#startsMs) } : raw;
  }
}
