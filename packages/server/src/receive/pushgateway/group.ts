import {
  type ExposedExemplar,
  type ExposedLabel,
  type ExposedMetadata,
  type ExposedSample,
  type ExpositionVisitor,
  metricNameLabel,
  type MetricType,
} from "../../decode/exposition/exposition.ts";
import { finestResolution, withinResolution } from "../../decode/prometheus/resolution.ts";
import { SampleSeries } from "../../decode/exposition/write-samples.ts";
import { SightglassError } from "../../model/errors.ts";
import type { Grouping } from "./grouping.ts";

/** One series that was pushed. */
export interface PushedSample {
  readonly labels: readonly ExposedLabel[];
  readonly series: SampleSeries;
  readonly value: number;
  readonly startTimeMs?: number | undefined;
  readonly histogram?: Uint8Array | undefined;
  readonly exemplars?: readonly ExposedExemplar[] | undefined;
}

/** The samples of one metric, with what was said of it. */
export interface PushedFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
  readonly pushedAtMs: number;
  readonly samples: readonly PushedSample[];
}

/** What is kept of the pushes to one path. */
export interface PushGroup {
  readonly key: string;
  readonly grouping: Grouping;
  readonly families: ReadonlyMap<string, PushedFamily>;
  /** 0: never. */
  readonly pushedAtMs: number;
  readonly failedAtMs: number;
}

export function groupKey(grouping: Grouping): string {
  return JSON.stringify(grouping);
}

const suffixes: Partial<Record<MetricType, readonly string[]>> = {
  histogram: ["_bucket", "_sum", "_count"],
  gaugehistogram: ["_bucket", "_gsum", "_gcount"],
  summary: ["_sum", "_count"],
};

/** The names that the group's own series have; pushed ones of these names are left out. */
export const pushTimeName = "push_time_seconds";
export const pushFailureTimeName = "push_failure_time_seconds";

/**
 * Collects what a body exposes into families, with the labels of the group over those of the samples.
 * @throws SightglassError invalid_argument
 */
export class FamilyCollector implements ExpositionVisitor {
  private readonly grouping: Grouping;
  private readonly pushedAtMs: number;
  private readonly told = new Map<string, ExposedMetadata>();
  private readonly samplesOf = new Map<string, PushedSample[]>();
  hasTimestamps = false;

  constructor(grouping: Grouping, pushedAtMs: number) {
    this.grouping = grouping;
    this.pushedAtMs = pushedAtMs;
  }

  metadata = (told: ExposedMetadata): void => {
    this.told.set(told.metric, { ...this.told.get(told.metric), ...told });
  };

  sample = (sample: ExposedSample): void => {
    const labels = new Map([...sample.labels(), ...this.grouping]);
    const name = labels.get(metricNameLabel) ?? "";
    if (name === pushTimeName || name === pushFailureTimeName) return;
    this.hasTimestamps ||= sample.timestampMs !== undefined;
    const { value, startTimeMs, exemplars } = sample;
    const histogram = sample.histogram && withinResolution(sample.histogram, finestResolution);
    const family = this.familyOf(name);
    let samples = this.samplesOf.get(family);
    if (samples === undefined) this.samplesOf.set(family, (samples = []));
    samples.push(pushedSample({ labels: [...labels], value, startTimeMs, histogram, exemplars }));
  };

  /** The metric that a series belongs to: `x` for `x_bucket` when `x` is a histogram. */
  private familyOf(series: string): string {
    if (this.told.get(series)?.type !== undefined) return series;
    for (const suffix of ["_bucket", "_sum", "_count", "_gsum", "_gcount"]) {
      if (!series.endsWith(suffix)) continue;
      const name = series.slice(0, -suffix.length);
      const type = this.told.get(name)?.type;
      if (type !== undefined && suffixes[type]?.includes(suffix)) return name;
    }
    return series;
  }

  families(): Map<string, PushedFamily> {
    const families = new Map<string, PushedFamily>();
    for (const [name, samples] of this.samplesOf) {
      const { type = "unknown", help = "", unit = "" } = this.told.get(name) ?? {};
      families.set(name, { name, type, help, unit, pushedAtMs: this.pushedAtMs, samples });
    }
    return families;
  }
}

/** @throws SightglassError invalid_argument */
export function pushedSample(sample: Omit<PushedSample, "series">): PushedSample {
  try {
    return { ...sample, series: new SampleSeries(sample.labels) };
  } catch (cause) {
    throw new SightglassError("invalid_argument", (cause as Error).message, { cause });
  }
}
