import { encodeCustomBuckets } from "../prometheus/custom-buckets.ts";
import {
  type ExposedExemplar,
  type ExposedLabel,
  type ExposedMetadata,
  type ExposedSample,
  type ExpositionVisitor,
  metricNameLabel,
} from "./exposition.ts";
import { parseNumber } from "./parse-number.ts";

/** The series of one classic histogram. */
interface Classic {
  readonly labels: readonly ExposedLabel[];
  readonly series: ExposedSample[];
  /** Cumulative, by upper bound. */
  readonly buckets: Map<number, number>;
  count: number | undefined;
  sum: number;
}

const suffixOf = /^(.+)_(bucket|count|sum)$/s;

/**
 * Makes native histograms with custom buckets of classic ones (Prometheus configuration, `convert_classic_histograms_to_nhcb`)
 * and hands everything else on as it is. What is exposed as a native histogram already is not made again; series of which no
 * histogram can be made stay what they are.
 */
export class ClassicHistograms implements ExpositionVisitor {
  readonly #next: ExpositionVisitor;
  readonly #keepsClassic: boolean;
  readonly #histograms = new Set<string>();
  readonly #classics = new Map<string, Classic>();
  readonly #natives = new Set<string>();

  /** @param options `keepsClassic`: hand the classic series on too */
  constructor(next: ExpositionVisitor, { keepsClassic }: { keepsClassic: boolean }) {
    this.#next = next;
    this.#keepsClassic = keepsClassic;
  }

  metadata = (told: ExposedMetadata): void => {
    if (told.type === "histogram") this.#histograms.add(told.metric);
    this.#next.metadata(told);
  };

  sample = (sample: ExposedSample): void => {
    const labels = sample.labels();
    const name = labels.find(([label]) => label === metricNameLabel)?.[1] ?? "";
    if (sample.histogram !== undefined) this.#natives.add(keyOf(name, withoutOwn(labels)));
    const [, metric = "", part] = suffixOf.exec(name) ?? [];
    if (!this.#histograms.has(metric)) return this.#next.sample(sample);
    if (this.#keepsClassic) this.#next.sample(sample);
    const classic = this.#classicOf(metric, withoutOwn(labels));
    classic.series.push(sample);
    if (part === "count") classic.count = sample.value;
    else if (part === "sum") classic.sum = sample.value;
    else classic.buckets.set(boundOf(labels), sample.value);
  };

  /** Everything has been exposed. */
  finish(): void {
    for (const [key, classic] of this.#classics) {
      if (this.#natives.has(key)) continue;
      const histogram = customBuckets(classic);
      if (histogram !== undefined) this.#next.sample(nativeOf(key, classic, histogram));
      else if (!this.#keepsClassic) for (const sample of classic.series) this.#next.sample(sample);
    }
  }

  #classicOf(metric: string, labels: readonly ExposedLabel[]): Classic {
    const key = keyOf(metric, labels);
    let classic = this.#classics.get(key);
    if (classic === undefined) {
      classic = {
        labels: [[metricNameLabel, metric], ...labels],
        series: [],
        buckets: new Map(),
        count: undefined,
        sum: 0,
      };
      this.#classics.set(key, classic);
    }
    return classic;
  }
}

const withoutOwn = (labels: readonly ExposedLabel[]) =>
  labels.filter(([name]) => name !== metricNameLabel && name !== "le");

const keyOf = (metric: string, labels: readonly ExposedLabel[]) =>
  JSON.stringify([metric, ...labels.toSorted(([a], [b]) => (a < b ? -1 : 1))]);

function boundOf(labels: readonly ExposedLabel[]): number {
  const text = labels.find(([name]) => name === "le")?.[1] ?? "";
  return parseNumber(text) ?? Number.NaN;
}

/** Undefined where the buckets cannot be those of a histogram: a bound that is no number, counts that fall, a count of its own. */
function customBuckets({ buckets, count, sum }: Classic): Buffer | undefined {
  const bounds = [...buckets.keys()].filter((bound) => bound !== Infinity).sort((a, b) => a - b);
  const total = buckets.get(Infinity) ?? count;
  if (total === undefined || (count ?? total) !== total || bounds.some(Number.isNaN)) return undefined;
  const cumulative = [...bounds.map((bound) => buckets.get(bound) ?? 0), total];
  const counts = cumulative.map((value, index) => value - (cumulative[index - 1] ?? 0));
  if (!counts.every((inBucket) => inBucket >= 0)) return undefined;
  return encodeCustomBuckets({ bounds, counts, sum });
}

function nativeOf(key: string, { labels, series }: Classic, histogram: Uint8Array): ExposedSample {
  const exemplars: ExposedExemplar[] = series.flatMap((sample) => sample.exemplars ?? []);
  const startTimeMs = series.find((sample) => sample.startTimeMs !== undefined)?.startTimeMs;
  return {
    key,
    labels: () => labels,
    value: 0,
    timestampMs: series[0]?.timestampMs,
    histogram,
    ...(startTimeMs === undefined ? {} : { startTimeMs }),
    ...(exemplars.length === 0 ? {} : { exemplars }),
  };
}
