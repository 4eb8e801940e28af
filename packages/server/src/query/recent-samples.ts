import { readFile } from "node:fs/promises";
import { metricNameLabel, type Matcher, type RawSeries, type SelectHints } from "@sightglass/promql";
import type { Clock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";
import type { QueryOptions, Store } from "../store/store.ts";
import type { InsertWatcher } from "../store/watched-store.ts";
import { RecentMetric } from "./recent-metric.ts";
import { readSegmentRows } from "./recent-segment.ts";
import type { SeriesLabels } from "./series-source-labels.ts";
import { readSamples } from "./series-source-samples.ts";
import {
  inPieces,
  sampleCountSql,
  samplesSql,
  selectorSql,
  timeParams,
  timeSql,
  type SelectorSql,
} from "./series-source-sql.ts";

export interface RecentSamplesOptions {
  readonly clock: Clock;
  readonly samplesMax?: number;
  readonly samplesMaxPerMetric?: number;
  /** Read at a time, about. */
  readonly samplesPerPiece?: number;
}

/** Reads beyond what was asked for, so that the next question finds it there. */
const spareMs = 60_000;
/** For how long a metric that cannot be kept is not tried again. */
const unfitMs = 60_000;
const farFutureMs = 10_413_791_999_000;

interface Read {
  readonly store: Store;
  readonly labels: SeriesLabels;
  readonly options: QueryOptions;
}

/**
 * The samples of the metrics that are asked for again and again (dashboards, rules), in memory: read once, then followed as
 * segments are stored, so that an answer holds exactly what the store would give.
 *
 * Only for a store whose every insert is seen here, which is the embedded one. Metrics with native histograms, those that
 * the server derives itself, and those beyond limits.recentSamplesMaxPerMetric are not kept.
 */
export class RecentSamples implements InsertWatcher {
  readonly #clock: Clock;
  readonly #samplesMax: number;
  readonly #samplesMaxPerMetric: number;
  readonly #samplesPerPiece: number;
  /** In the order of their last use. */
  readonly #metrics = new Map<string, RecentMetric>();
  readonly #filling = new Map<string, Promise<RecentMetric | undefined>>();
  readonly #unfitUntilMs = new Map<string, number>();

  constructor({ clock, samplesMax, samplesMaxPerMetric, samplesPerPiece = 1_000_000 }: RecentSamplesOptions) {
    this.#clock = clock;
    this.#samplesMax = samplesMax ?? limits.recentSamplesMax.value;
    this.#samplesPerPiece = samplesPerPiece;
    this.#samplesMaxPerMetric = samplesMaxPerMetric ?? limits.recentSamplesMaxPerMetric.value;
  }

  /** The series of a selector as the store has them, or undefined: ask the store. */
  async select(matchers: readonly Matcher[], hints: SelectHints, read: Read): Promise<RawSeries[] | undefined> {
    const name = matchers.find((matcher) => matcher.name === metricNameLabel && matcher.operator === "=")?.value;
    const nowMs = this.#clock.nowMs();
    if (name === undefined || name === "" || hints.startMs < nowMs - limits.recentSpanMs.value) return undefined;
    const metric = await this.#metric(name, hints.startMs, { matchers, read });
    if (metric === undefined) return undefined;
    await label(metric, name, read);
    return metric.select(matchers, { afterMs: hints.startMs, untilMs: hints.endMs });
  }

  /** Everything is read again: something was taken out of the store. */
  clear(): void {
    this.#metrics.clear();
  }

  async onSegment({ table, path }: { table: string; path: string }): Promise<void> {
    if (this.#metrics.size === 0) return;
    const isHistograms = table === "histogram_samples";
    if (table !== "samples" && !isHistograms) return;
    this.#forgetIdle();
    try {
      const bytes = await readFile(path);
      readSegmentRows(bytes, (name) => {
        const metric = this.#metrics.get(name);
        if (metric !== undefined && isHistograms) this.#giveUp(name);
        return isHistograms ? undefined : metric;
      });
      this.#makeRoom();
    } catch {
      // What the segment held is in the store.
      this.clear();
    }
  }

  onRows(table: string): void {
    if (table === "histogram_samples" || table === "sample_chunks") this.clear();
    if (table === "samples") for (const metric of this.#metrics.values()) metric.mayBeDerived = true;
  }

  async #metric(
    name: string,
    startMs: number,
    { matchers, read }: { matchers: readonly Matcher[]; read: Read },
  ): Promise<RecentMetric | undefined> {
    const nowMs = this.#clock.nowMs();
    let known = this.#metrics.get(name);
    const filling = this.#filling.get(name);
    if (filling !== undefined) {
      const filled = await filling;
      return filled !== undefined && filled.fromMs <= startMs ? filled : undefined;
    }
    if (known !== undefined && known.fromMs <= startMs && !(known.mayBeDerived && (await isDerived(name, read)))) {
      known.mayBeDerived = false;
      known.spanMs = Math.max(known.spanMs, nowMs - startMs + spareMs);
      known.usedAtMs = nowMs;
      this.#metrics.delete(name);
      this.#metrics.set(name, known);
      return known;
    }
    const fromMs = Math.min(startMs, known?.fromMs ?? Infinity) - spareMs;
    // Nothing holds the old samples while the new ones are read.
    known = undefined;
    this.#metrics.delete(name);
    if ((this.#unfitUntilMs.get(name) ?? 0) > nowMs) return undefined;
    const filled = this.#fill(name, fromMs, { isWhole: matchers.length === 1, read });
    this.#filling.set(name, filled);
    return filled.finally(() => this.#filling.delete(name));
  }

  /** `isWhole`: all of the metric is asked for. Otherwise a large one is not read for a few series. */
  async #fill(
    name: string,
    fromMs: number,
    { isWhole, read }: { isWhole: boolean; read: Read },
  ): Promise<RecentMetric | undefined> {
    const nowMs = this.#clock.nowMs();
    const wanted = wantedOf(name, fromMs);
    const samples = await countSamples(wanted, read);
    const samplesMax = isWhole ? this.#samplesMaxPerMetric : this.#samplesMaxPerMetric / 4;
    if (samples === undefined || samples > samplesMax || (await isDerived(name, read))) {
      if (isWhole || samples === undefined || samples > this.#samplesMaxPerMetric) this.#giveUp(name);
      return undefined;
    }
    const metric = new RecentMetric(name, { fromMs, nowMs });
    // Before it is read: what is stored from now on is added to it, and may be in what is read too.
    this.#metrics.set(name, metric);
    try {
      const pieces = Math.ceil(samples / this.#samplesPerPiece);
      for (const piece of inPieces(wanted.selector, pieces)) metric.fill(await readPiece(piece, wanted, read));
    } catch (thrown) {
      this.#metrics.delete(name);
      throw thrown;
    }
    this.#makeRoom();
    return this.#metrics.get(name) === metric ? metric : undefined;
  }

  #giveUp(name: string): void {
    this.#metrics.delete(name);
    const nowMs = this.#clock.nowMs();
    for (const [other, untilMs] of this.#unfitUntilMs) if (untilMs <= nowMs) this.#unfitUntilMs.delete(other);
    this.#unfitUntilMs.set(name, nowMs + unfitMs);
  }

  #forgetIdle(): void {
    const nowMs = this.#clock.nowMs();
    for (const [name, metric] of this.#metrics) {
      if (metric.usedAtMs < nowMs - limits.recentIdleMs.value) this.#metrics.delete(name);
      else metric.atTime(nowMs);
    }
  }

  #makeRoom(): void {
    let total = 0;
    for (const { weight } of this.#metrics.values()) total += weight;
    for (const [name, { weight }] of this.#metrics) {
      if (total <= this.#samplesMax) return;
      this.#metrics.delete(name);
      total -= weight;
    }
  }
}

interface Wanted {
  readonly selector: SelectorSql;
  readonly params: QueryOptions["params"];
}

function wantedOf(name: string, fromMs: number): Wanted {
  const selector = selectorSql([
    { name: metricNameLabel, operator: "=", value: name, matches: (value) => value === name },
  ]);
  return { selector, params: { ...selector.params, ...timeParams({ afterMs: fromMs, untilMs: farFutureMs }) } };
}

/** About how many samples would be read; undefined when there are native histograms. */
async function countSamples({ selector, params }: Wanted, { store, options }: Read): Promise<number | undefined> {
  const inTime = `${selector.metric} AND time > ${timeSql("afterMs")}`;
  const [row] = await store.query<{ samples: number; histograms: number }>(
    `SELECT ${sampleCountSql(selector)} AS samples,
       (SELECT count() FROM (SELECT 1 FROM histogram_samples WHERE ${inTime} LIMIT 1)) AS histograms`,
    { ...options, params: params ?? {} },
  );
  return row === undefined || row.histograms > 0 ? undefined : row.samples;
}

async function isDerived(name: string, { store, options }: Read): Promise<boolean> {
  const sql = "SELECT 1 AS found FROM derived_series WHERE metric = {name:String} LIMIT 1";
  return (await store.query(sql, { ...options, params: { name } })).length > 0;
}

async function readPiece(selector: SelectorSql, { params }: Wanted, { store, options }: Read) {
  const bytes = await store.queryBytes(
    `SELECT series_id, toFloat64(toUnixTimestamp64Milli(time)) AS ms, value FROM (${samplesSql(selector, { starts: false })})`,
    "Native",
    { ...options, params: params ?? {} },
  );
  return readSamples(bytes, { starts: false });
}

async function label(metric: RecentMetric, name: string, { store, labels, options }: Read): Promise<void> {
  const ids = metric.unlabelledIds;
  if (ids.length === 0) return;
  const { selector, params = {} } = wantedOf(name, metric.fromMs);
  metric.label(await labels.of(ids, selector, { store, params, options }));
}
