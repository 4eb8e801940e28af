import { canonicalLabels, eachLabel, isMetricName, type SeriesRange } from "../metrics/canonical-labels.ts";
import type { MetricsBlock } from "../metrics/metrics-block.ts";
import type { MetricsOutcome, PointCounts } from "../metrics/metrics-outcome.ts";
import { type MetricsContext, PointWriter } from "../metrics/point-writer.ts";
import { ByteSource } from "../native/byte-source.ts";
import type { ExposedExemplar, ExposedLabel, ExposedMetadata } from "./exposition.ts";

/** A series in the form that samples are appended with: kept by those who send it again and again. */
export class SampleSeries {
  readonly range: SeriesRange;

  /** @throws RangeError when the labels have no name, an empty name or one twice */
  constructor(labels: Iterable<ExposedLabel>) {
    const bytes = canonicalLabels(labels);
    const source = new ByteSource(bytes);
    this.range = { source, start: 0, end: bytes.length, nameStart: 0, nameEnd: 0 };
    eachLabel(source, 0, bytes.length, (nameStart, nameEnd, valueStart, valueEnd) => {
      if (!isMetricName(bytes, nameStart, nameEnd)) return;
      this.range.nameStart = valueStart;
      this.range.nameEnd = valueEnd;
    });
  }

  /** Equal for equal labels. */
  get key(): string {
    return Buffer.from(this.range.source.bytes).toString("latin1");
  }
}

/** A sample to store. */
export interface SeriesSample {
  readonly series: SampleSeries;
  readonly timestampMs: number;
  /** `stale` says that the series has ended (Prometheus' staleness marker). */
  readonly value: number | "stale";
  readonly startTimeMs?: number | undefined;
  /** io.prometheus.write.v2.Histogram; then `value` is not looked at. */
  readonly histogram?: Uint8Array | undefined;
  readonly exemplars?: readonly ExposedExemplar[] | undefined;
}

export interface SampleBatch {
  readonly samples: readonly SeriesSample[];
  readonly metadata: readonly ExposedMetadata[];
}

/** The marker's bits: 0x7ff0000000000002. They are written as words, since a number may lose them. */
const stale = { low: 2, high: 0x7ff0_0000 };

/** Appends a batch. Samples whose time cannot be stored are refused, and the rest is taken. */
export function writeSamples(
  { samples, metadata }: SampleBatch,
  block: MetricsBlock,
  context: MetricsContext,
): MetricsOutcome {
  const writer = new PointWriter(block, context);
  const written: PointCounts = { samples: 0, histograms: 0, exemplars: 0 };
  const refused: PointCounts = { samples: 0, histograms: 0, exemplars: 0 };
  const countOf = new Map<string, number>();
  for (const sample of samples) {
    const time = wordsOf(sample.timestampMs);
    const fault = writer.series(sample.series.range) ?? writer.timeFault(time.low, time.high);
    const kind = sample.histogram === undefined ? "samples" : "histograms";
    if (fault !== undefined) {
      refused[kind]++;
      countOf.set(fault, (countOf.get(fault) ?? 0) + 1);
      continue;
    }
    written[kind]++;
    writeSample(writer, sample, time);
    for (const exemplar of sample.exemplars ?? []) writeExemplar(writer, block, exemplar, sample.timestampMs);
    written.exemplars += sample.exemplars?.length ?? 0;
  }
  for (const { metric, type = "unknown", help = "", unit = "" } of metadata) {
    writer.metadata({ metric: Buffer.from(metric), type, help: Buffer.from(help), unit: Buffer.from(unit) });
  }
  writer.finish();
  return {
    written,
    refused,
    reasons: [...countOf].map(([fault, count]) => `${count} ${count === 1 ? "sample" : "samples"}: ${fault}`),
  };
}

type Words = { low: number; high: number };

function wordsOf(value: number): Words {
  const high = Math.floor(value / 0x1_0000_0000);
  return { low: value - high * 0x1_0000_0000, high: high >>> 0 };
}

function writeSample(writer: PointWriter, sample: SeriesSample, time: Words): void {
  const { value, startTimeMs = 0, histogram } = sample;
  if (histogram !== undefined) {
    writer.histogram({ source: new ByteSource(histogram), start: 0, end: histogram.length }, time, startTimeMs);
  } else if (value === "stale") writer.sample(stale.low, stale.high, time.low, time.high);
  else writer.sampleValue(value, sample.timestampMs, startTimeMs);
}

const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

function writeExemplar(
  writer: PointWriter,
  { exemplars }: MetricsBlock,
  { labels, value, timestampMs }: ExposedExemplar,
  sampleTimeMs: number,
): void {
  for (const [name, text] of labels) {
    const [nameSource, valueSource] = [new ByteSource(Buffer.from(name)), new ByteSource(Buffer.from(text))];
    exemplars.to.labels.appendKey(nameSource, 0, nameSource.bytes.length);
    exemplars.to.labels.values.append(valueSource, 0, valueSource.bytes.length);
  }
  float[0] = value;
  const time = wordsOf(Math.max(0, timestampMs ?? sampleTimeMs));
  writer.exemplar(floatWords[0]!, floatWords[1]!, time.low, time.high);
}
