import {
  rangeComputer,
  type Matcher,
  type RawSeries,
  type SelectHints,
  type SelectResult,
  type SeriesSource,
} from "@sightglass/promql";
import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { QueryOptions, QueryParam, Store } from "../store/store.ts";
import type { RecentSamples } from "./recent-samples.ts";
import { mayAggregate, readAggregated } from "./series-source-aggregate.ts";
import { aggregatesUnsteadily, isComputedExactly } from "./series-source-exactness.ts";
import { readGrids, seriesAtSteps, seriesWithResets, type GridColumns } from "./series-source-grid.ts";
import { readHistograms, type HistogramSample } from "./series-source-histograms.ts";
import type { SeriesLabels } from "./series-source-labels.ts";
import { mergeSamples } from "./series-source-merge.ts";
import { readSamples, type SampleColumns } from "./series-source-samples.ts";
import { computeInSlices } from "./series-source-slices.ts";
import {
  ofSelectorSql,
  sampleCountSql,
  samplesSql,
  selectorSql,
  timeParams,
  timeSql,
  seriesDaySql,
  type SelectorSql,
} from "./series-source-sql.ts";
import { hasTwins, joinTwins, type LabelledSamples } from "./series-source-twins.ts";

export interface SeriesSourceOptions {
  readonly store: Store;
  readonly labels: SeriesLabels;
  /** Looked into before the store, where there is one. */
  readonly recent?: RecentSamples;
  /** Also read when counters started; only `start_timestamp` and its feature need it. */
  readonly startTimes?: boolean;
  /**
   * Whether the engine computes functions at the steps: `saving` (default) where it can also aggregate, or where there are
   * many more samples than steps: at a single moment, or over a long time. Otherwise reading and evaluating the samples
   * here takes no longer.
   */
  readonly pushDown?: "always" | "saving" | "never";
  /** Of each read. */
  readonly timeoutMs?: number;
  readonly samplesMax?: number;
  readonly seriesMax?: number;
  /** About as many samples are read at a time where the function is computed here, slice by slice of the series. */
  readonly samplesPerSlice?: number;
  /** Of series at steps, that are kept when they are computed so. */
  readonly valuesMax?: number;
}

const samplesPerSlice = 1_000_000;

/** Of a sample each 15 s or 30 s that is a few hundred of each series. */
const longMs = 2 * 3_600_000;

/** More series than that are not read one by one beside those that were computed. */
const doubtfulMax = 20_000;

/**
 * Series of the store for PromQL.
 *
 * Samples come as columns of bytes and become typed arrays; where the function around a selector is one that the engine
 * computes the same way, only its values at the steps come.
 */
export function createSeriesSource(options: SeriesSourceOptions): SeriesSource {
  return { select: (matchers, hints, signal) => new Selection(options, matchers, hints, signal).run() };
}

class Selection {
  readonly #options: SeriesSourceOptions;
  readonly #matchers: readonly Matcher[];
  readonly #hints: SelectHints;
  readonly #selector: SelectorSql;
  readonly #params: Record<string, QueryParam>;
  readonly #query: QueryOptions;
  readonly #samplesMax: number;

  constructor(options: SeriesSourceOptions, matchers: readonly Matcher[], hints: SelectHints, signal: AbortSignal) {
    this.#options = options;
    this.#matchers = matchers;
    this.#hints = hints;
    this.#selector = selectorSql(matchers);
    this.#params = { ...this.#selector.params, ...timeParams({ afterMs: hints.startMs, untilMs: hints.endMs }) };
    this.#samplesMax = options.samplesMax ?? limits.metricSamplesMax.value;
    this.#query = {
      signal,
      timeoutMs: options.timeoutMs ?? limits.metricQueryTimeoutMs.value,
      memoryBytesMax: limits.metricQueryMemoryBytesMax.value,
      rowsMax: this.#samplesMax,
    };
  }

  /** @throws SightglassError query_too_large, query_timeout, store_unavailable */
  async run(): Promise<SelectResult> {
    const recent = await this.#fromMemory();
    if (recent !== undefined) return { kind: "raw", series: recent, origin: "memory" };
    const sliced = await this.#inSlices();
    if (sliced !== undefined) return sliced;
    const mayDiffer = this.#hints.mustBeExact === true && !isComputedExactly(this.#hints);
    const computed = mayDiffer ? undefined : await this.#computed();
    if (computed !== undefined) return computed;
    try {
      return await this.#raw();
    } catch (thrown) {
      if (!isTooLarge(thrown)) throw thrown;
      // Better a last digit that may differ than no answer.
      const inexact = await this.#computed({ mayDiffer: true });
      if (inexact === undefined) throw thrown;
      return inexact;
    }
  }

  /** What the engine computed; undefined when it cannot, or need not, or would come to something else. */
  async #computed({ mayDiffer = false } = {}): Promise<SelectResult | undefined> {
    const [hints, { store }] = [this.#hints, this.#options];
    const aggregates = mayAggregate(this.#matchers, hints);
    const atSteps = this.#mayPushDown(aggregates) ? seriesAtSteps(this.#selector, hints) : undefined;
    // Native histograms are not computed in the engine; where there are any, everything is read.
    if (atSteps === undefined || (await this.#hasHistograms())) return undefined;
    const query = { ...this.#query, rowsMax: this.#seriesMax, params: this.#params };
    const asked = { selector: this.#selector, hints, query };
    let resets: Promise<ReadonlySet<bigint>> | undefined;
    const wanted = { ...asked, atSteps, resets: () => (resets ??= seriesWithResets(store, asked)) };
    const mayGroup = aggregates && !(await this.#mayHaveTwins());
    const groups = mayGroup ? await this.#explain(readAggregated(store, wanted)) : undefined;
    if (groups !== undefined) return { kind: "computed", stage: "aggregate", series: groups };
    // Then they are aggregated here, and what cancels out would leave the last digits.
    if (!mayDiffer && aggregatesUnsteadily(hints)) return undefined;
    const { series: grids, doubtful } = await this.#explain(readGrids(store, wanted));
    const isMostlyDoubtful = doubtful.length > Math.min(grids.size, doubtfulMax);
    if (isMostlyDoubtful) return undefined;
    const computed = await this.#labelled(grids);
    if (doubtful.length === 0) return hasTwins(computed.series) ? undefined : computed;
    const raw = await this.#rawOf(doubtful);
    return hasTwins(byLabels([...computed.series, ...raw])) ? undefined : { ...computed, raw };
  }

  /** What was computed here of more samples than are read at once; undefined when that need not, or cannot, be done. */
  async #inSlices(): Promise<SelectResult | undefined> {
    const {
      store,
      pushDown = "saving",
      startTimes = false,
      valuesMax = limits.computedValuesMax.value,
    } = this.#options;
    // From a cluster all samples would have to come over the network.
    const mayCompute = store.kind === "embedded" && pushDown === "saving" && !startTimes && this.#hints.steps.count > 1;
    const compute = mayCompute ? rangeComputer(this.#hints) : undefined;
    if (compute === undefined) return undefined;
    const query = { ...this.#query, params: this.#params };
    const sql = `SELECT ${sampleCountSql(this.#selector)} AS samples`;
    const [{ samples } = { samples: 0 }] = await store.query<{ samples: number }>(sql, query);
    const perSlice = this.#options.samplesPerSlice ?? samplesPerSlice;
    if (samples <= perSlice || (await this.#hasHistograms())) return undefined;
    const count = Math.ceil(samples / perSlice);
    const grids = await this.#explain(
      computeInSlices(store, { selector: this.#selector, count, query, compute, valuesMax }),
    );
    const computed = grids === undefined ? undefined : await this.#labelled(grids);
    return computed === undefined || hasTwins(computed.series) ? undefined : computed;
  }

  async #labelled(grids: ReadonlyMap<bigint, GridColumns>) {
    if (grids.size > this.#seriesMax) throw tooManySeries(grids.size, this.#seriesMax);
    const labels = await this.#labelsOf([...grids.keys()]);
    const series = [...grids].flatMap(([id, grid]) => {
      const known = labels.get(id);
      return known === undefined ? [] : [{ labels: known, ...grid }];
    });
    return { kind: "computed", stage: "call", series: byLabels(series) } as const;
  }

  async #fromMemory(): Promise<RawSeries[] | undefined> {
    const { recent, startTimes = false, store, labels } = this.#options;
    if (recent === undefined || startTimes) return undefined;
    return recent.select(this.#matchers, this.#hints, { store, labels, options: this.#query });
  }

  #mayPushDown(aggregates: boolean): boolean {
    const { pushDown = "saving" } = this.#options;
    const { startMs, endMs, steps } = this.#hints;
    if (pushDown !== "saving") return pushDown === "always";
    return aggregates || steps.count === 1 || endMs - startMs > longMs;
  }

  get #seriesMax(): number {
    return this.#options.seriesMax ?? limits.metricSeriesMax.value;
  }

  /** The float samples of some series. */
  async #rawOf(ids: readonly bigint[]): Promise<RawSeries[]> {
    const only = `${this.#selector.metric} AND series_id IN (SELECT toUInt64(arrayJoin({only:Array(String)})))`;
    const selector = { ...this.#selector, series: only, byLabels: true };
    const floats = await this.#readFloats(selector, { only: ids.map(String) });
    return this.#merged(ids, floats);
  }

  async #raw(): Promise<SelectResult> {
    const [floats, histograms] = await Promise.all([this.#readFloats(this.#selector), this.#readHistograms()]);
    const ids = [...new Set([...floats.keys(), ...histograms.keys()])];
    if (ids.length > this.#seriesMax) throw tooManySeries(ids.length, this.#seriesMax);
    return { kind: "raw", series: await this.#merged(ids, floats, histograms) };
  }

  async #merged(
    ids: readonly bigint[],
    floats: ReadonlyMap<bigint, SampleColumns>,
    histograms?: ReadonlyMap<bigint, HistogramSample[]>,
  ): Promise<RawSeries[]> {
    const labels = await this.#labelsOf(ids);
    const found = ids.flatMap((id): LabelledSamples[] => {
      const known = labels.get(id);
      return known === undefined ? [] : [{ labels: known, floats: floats.get(id), histograms: histograms?.get(id) }];
    });
    return joinTwins(byLabels(found)).map((one) => mergeSamples(one.labels, one.floats, one.histograms));
  }

  /** Whether some series of the selector are derived here and others came in. */
  async #mayHaveTwins(): Promise<boolean> {
    const { metric, series } = this.#selector;
    const query = { ...this.#query, params: this.#params };
    const derived = `FROM derived_labels WHERE ${metric}`;
    if ((await this.#options.store.query(`SELECT 1 AS found ${derived} LIMIT 1`, query)).length === 0) return false;
    const received = `SELECT 1 AS found FROM series
      WHERE ${series} AND ${seriesDaySql} AND series_id NOT IN (SELECT series_id ${derived}) LIMIT 1`;
    return (await this.#options.store.query(received, query)).length > 0;
  }

  async #readFloats(selector: SelectorSql, params?: Record<string, QueryParam>): Promise<Map<bigint, SampleColumns>> {
    const starts = this.#options.startTimes === true;
    const sql = `SELECT series_id, toFloat64(toUnixTimestamp64Milli(time)) AS ms, value
      ${starts ? ", toFloat64(toUnixTimestamp64Milli(start_time)) AS start" : ""}
      FROM (${samplesSql(selector, { starts })})`;
    return readSamples(await this.#readBytes(sql, params), { starts });
  }

  async #readHistograms(): Promise<Map<bigint, HistogramSample[]>> {
    const sql = `SELECT series_id, toFloat64(toUnixTimestamp64Milli(time)) AS ms,
        toFloat64(toUnixTimestamp64Milli(start_time)) AS start, histogram
      FROM histogram_samples WHERE ${this.#histogramsSql} ORDER BY series_id, time`;
    return readHistograms(await this.#readBytes(sql));
  }

  #readBytes(sql: string, params?: Record<string, QueryParam>): Promise<Uint8Array> {
    const bound = { ...this.#params, ...params };
    return this.#explain(this.#options.store.queryBytes(sql, "Native", { ...this.#query, params: bound }));
  }

  async #hasHistograms(): Promise<boolean> {
    const sql = `SELECT 1 AS found FROM histogram_samples WHERE ${this.#histogramsSql} LIMIT 1`;
    return (await this.#options.store.query(sql, { ...this.#query, params: this.#params })).length > 0;
  }

  get #histogramsSql(): string {
    return `${ofSelectorSql(this.#selector)} AND time > ${timeSql("afterMs")} AND time <= ${timeSql("untilMs")}`;
  }

  #labelsOf(ids: readonly bigint[]) {
    const { store, labels } = this.#options;
    return labels.of(ids, this.#selector, { store, params: this.#params, options: this.#query });
  }

  async #explain<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (thrown) {
      throw this.#explained(thrown);
    }
  }

  #explained(thrown: unknown): unknown {
    if (!isTooLarge(thrown)) return thrown;
    return tooMuch(`a selector reads more than ${this.#samplesMax} samples, or more memory than it may`, thrown);
  }
}

const isTooLarge = (thrown: unknown): boolean => thrown instanceof SightglassError && thrown.code === "query_too_large";

const tooManySeries = (count: number, max: number): SightglassError =>
  tooMuch(`a selector finds ${count} series, and ${max} is the limit`);

function tooMuch(what: string, cause?: unknown): SightglassError {
  return new SightglassError("query_too_large", what, {
    hint: "name more labels, or ask for a shorter time",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Series in the order that results have, which makes sums the same from query to query. */
function byLabels<Series extends { readonly labels: RawSeries["labels"] }>(series: Series[]): Series[] {
  return series.sort((a, b) => a.labels.compare(b.labels));
}
