import {
  type ExposedExemplar,
  type ExposedLabel,
  type ExposedSample,
  legacyLabelName,
  legacyMetricName,
  metricNameLabel,
} from "../../decode/exposition/exposition.ts";
import { SampleSeries, type SeriesSample } from "../../decode/exposition/write-samples.ts";
import { withinResolution } from "../../decode/prometheus/resolution.ts";
import type { ScrapeJob } from "./job.ts";
import { relabel } from "./relabel.ts";

/** One series of a target, after relabelling. */
interface KnownSeries {
  readonly series: SampleSeries;
  /** The scrape that had it last. */
  scrape: number;
  timestampMs: number;
  /** Whether its last sample is stored and no marker ended it. */
  isLive: boolean;
  /** Whether it ends when it is missing: not when the target itself gave the times. */
  isTracked: boolean;
  /** Exemplars of the last scrape, which are not stored again. */
  exemplars: ReadonlySet<string>;
}

const noExemplars: ReadonlySet<string> = new Set();

/** For so many failed scrapes, series are remembered. */
const failuresKept = 10;

/** What a series, as written by the target, stands for. */
interface Written {
  /** Undefined when relabelling dropped it. */
  readonly known: KnownSeries | undefined;
  scrape: number;
}

export interface ScrapeCounts {
  scraped: number;
  postRelabel: number;
  added: number;
  /** Samples of one series and time that came again in the same scrape: the first counts. */
  duplicates: number;
}

/**
 * The series of one target from scrape to scrape: labels are made once for each series as it is written, and series that
 * vanish get a staleness marker.
 */
export class TargetSeries {
  private readonly writtenOf = new Map<string, Written>();
  private readonly seriesOf = new Map<string, KnownSeries>();
  private scrape = 0;
  counts: ScrapeCounts = { scraped: 0, postRelabel: 0, added: 0, duplicates: 0 };

  get size(): number {
    return this.seriesOf.size;
  }

  /** A scrape begins. */
  begin(): void {
    this.scrape++;
    this.counts = { scraped: 0, postRelabel: 0, added: 0, duplicates: 0 };
  }

  /**
   * Takes a sample of the scrape.
   * @returns undefined when relabelling dropped it
   * @throws Error when the labels are not allowed, which fails the scrape
   */
  take(
    sample: ExposedSample,
    { job, labels, timestampMs }: { job: ScrapeJob; labels: readonly ExposedLabel[]; timestampMs: number },
  ): SeriesSample | undefined {
    this.counts.scraped++;
    let written = this.writtenOf.get(sample.key);
    if (written === undefined) {
      const known = this.know(sampleLabels(sample.labels(), labels, job), job);
      written = { known, scrape: this.scrape };
      this.writtenOf.set(detached(sample.key), written);
      if (known !== undefined) this.counts.added++;
    }
    written.scrape = this.scrape;
    const { known } = written;
    if (known === undefined) return undefined;
    this.counts.postRelabel++;
    const ownMs = job.honorTimestamps ? sample.timestampMs : undefined;
    const time = ownMs ?? timestampMs;
    if (known.scrape === this.scrape && known.timestampMs === time) {
      this.counts.duplicates++;
      return undefined;
    }
    known.scrape = this.scrape;
    known.timestampMs = time;
    known.isTracked = ownMs === undefined || job.trackTimestampsStaleness;
    return {
      series: known.series,
      timestampMs: time,
      value: sample.value,
      startTimeMs: sample.startTimeMs,
      histogram: sample.histogram && keptHistogram(sample, sample.histogram, job),
      exemplars: newExemplars(known, sample.exemplars ?? []),
    };
  }

  /** Markers for what the scrape did not have, or for everything when it failed. */
  ended({ hasFailed, timestampMs }: { hasFailed: boolean; timestampMs: number }): SeriesSample[] {
    const markers: SeriesSample[] = [];
    for (const { series, scrape, isLive } of this.seriesOf.values()) {
      if (isLive && (hasFailed || scrape !== this.scrape)) markers.push({ series, timestampMs, value: "stale" });
    }
    return markers;
  }

  /** The samples and markers of the scrape are stored. Series that it did not have are forgotten. */
  commit({ hasFailed }: { hasFailed: boolean }): void {
    const keepFrom = hasFailed ? this.scrape - failuresKept : this.scrape;
    for (const [key, known] of this.seriesOf) {
      known.isLive = !hasFailed && known.scrape === this.scrape && known.isTracked;
      if (known.scrape < keepFrom) this.seriesOf.delete(key);
    }
    for (const [key, { scrape }] of this.writtenOf) if (scrape < keepFrom) this.writtenOf.delete(key);
  }

  /** Labels are made anew from now on, as the job has changed; series that keep theirs go on without a marker. */
  forgetLabels(): void {
    this.writtenOf.clear();
  }

  private know(labels: ReadonlyMap<string, string> | undefined, job: ScrapeJob): KnownSeries | undefined {
    if (labels === undefined) return undefined;
    checkLabels(labels, job);
    const series = new SampleSeries(labels);
    const { key } = series;
    let known = this.seriesOf.get(key);
    if (known === undefined) {
      known = { series, scrape: 0, timestampMs: 0, isLive: false, isTracked: true, exemplars: noExemplars };
      this.seriesOf.set(key, known);
    }
    return known;
  }
}

/** The labels of a sample with its target's, relabelled; undefined when a rule drops it. */
function sampleLabels(
  scraped: readonly ExposedLabel[],
  target: readonly ExposedLabel[],
  { honorLabels, metricRelabelRules }: ScrapeJob,
): Map<string, string> | undefined {
  const labels = new Map(scraped);
  if (honorLabels) {
    for (const [name, value] of target) if (!labels.has(name)) labels.set(name, value);
  } else addTargetLabels(labels, target);
  for (const [name, value] of labels) if (value === "") labels.delete(name);
  return relabel(labels, metricRelabelRules) && labels.size > 0 ? labels : undefined;
}

/** The target's labels win; those of the sample that stood there are kept as `exported_...`. */
function addTargetLabels(labels: Map<string, string>, target: readonly ExposedLabel[]): void {
  const displaced: ExposedLabel[] = [];
  for (const [name, value] of target) {
    const before = labels.get(name) ?? "";
    if (before !== "") displaced.push([name, before]);
    labels.set(name, value);
  }
  for (const [name, value] of displaced.sort(([a], [b]) => a.length - b.length)) {
    let exported = `exported_${name}`;
    while ((labels.get(exported) ?? "") !== "") exported = `exported_${exported}`;
    labels.set(exported, value);
  }
}

function checkLabels(labels: ReadonlyMap<string, string>, { allowsUtf8Names, limits }: ScrapeJob): void {
  const metric = labels.get(metricNameLabel);
  if (metric === undefined) throw new Error("relabelling has left a sample without a name");
  const at = `the sample ${JSON.stringify(metric)}`;
  if (!allowsUtf8Names && !legacyMetricName.test(metric)) throw new Error(`${at} has no name of the legacy scheme`);
  const { labelsMax, labelNameLengthMax, labelValueLengthMax } = limits;
  if (labelsMax > 0 && labels.size > labelsMax) {
    throw new Error(`${at} has ${labels.size} labels, label_limit is ${labelsMax}`);
  }
  for (const [name, value] of labels) {
    if (!allowsUtf8Names && !legacyLabelName.test(name)) {
      throw new Error(`${at} has a label ${JSON.stringify(name)}, which is no name of the legacy scheme`);
    }
    if (labelNameLengthMax > 0 && Buffer.byteLength(name) > labelNameLengthMax) {
      throw new Error(`${at} has a label name longer than label_name_length_limit (${labelNameLengthMax}): ${name}`);
    }
    if (labelValueLengthMax > 0 && Buffer.byteLength(value) > labelValueLengthMax) {
      throw new Error(`${at} has a value of ${name} longer than label_value_length_limit (${labelValueLengthMax})`);
    }
  }
}

/** @throws Error which fails the scrape, when it is no histogram or no resolution is within the job's limits */
function keptHistogram(sample: ExposedSample, histogram: Uint8Array, { resolution }: ScrapeJob): Uint8Array {
  try {
    return withinResolution(histogram, resolution);
  } catch (error) {
    const metric = new Map(sample.labels()).get(metricNameLabel);
    throw new Error(`the sample ${JSON.stringify(metric)}: ${(error as Error).message}`, { cause: error });
  }
}

/** A target shows an exemplar again in each scrape until the next one replaces it. */
function newExemplars(known: KnownSeries, exemplars: readonly ExposedExemplar[]): ExposedExemplar[] | undefined {
  if (exemplars.length === 0) return undefined;
  const before = known.exemplars;
  const keys = exemplars.map(({ labels, value, timestampMs }) => JSON.stringify([labels, value, timestampMs]));
  known.exemplars = new Set(keys);
  return exemplars.filter((_exemplar, index) => !before.has(keys[index] ?? ""));
}

/** A copy, since a slice would keep the whole text of its scrape in memory. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}
