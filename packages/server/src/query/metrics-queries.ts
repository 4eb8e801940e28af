import {
  Engine,
  parse,
  PromqlError,
  walk,
  type Expr,
  type Labels,
  type Matcher,
  type QueryResult,
  type RawSeries,
  type SeriesSource,
} from "@sightglass/promql";
import type { Clock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import { readCardinality, type Cardinality } from "./metrics-cardinality.ts";
import {
  listLabelNames,
  listLabelValues,
  listSeries,
  type CatalogueRange,
  type LabelValuesWanted,
} from "./metrics-catalogue.ts";
import { readExemplars, type SeriesExemplars } from "./metrics-exemplars.ts";
import { readMetadata, type MetadataWanted, type MetricMetadata } from "./metrics-metadata.ts";
import { readTargetMetadata, type TargetMetadata, type TargetMetadataWanted } from "./metrics-target-metadata.ts";
import { overlaySource } from "./series-source-overlay.ts";
import type { RecentSamples } from "./recent-samples.ts";
import { createSeriesSource } from "./series-source.ts";
import { SeriesLabels } from "./series-source-labels.ts";

export interface QueryLimits {
  /** How far an instant vector looks back; 5 minutes unless told. */
  lookbackMs?: number;
  /** At most limits.metricQueryTimeoutMs. */
  timeoutMs?: number;
  /** Samples that the store may not show yet. */
  recent?: SeriesSource;
  signal?: AbortSignal;
}

/** Everything that is read of metrics. */
export interface MetricQueries {
  /** @throws PromqlError, SightglassError */
  instant(wanted: QueryLimits & { query: string | Expr; timeMs: number }): Promise<QueryResult>;
  /** @throws PromqlError, SightglassError */
  range(
    wanted: QueryLimits & { query: string | Expr; startMs: number; endMs: number; stepMs: number },
  ): Promise<QueryResult>;
  /** Samples as they are stored, staleness markers included. */
  samples(wanted: {
    matchers: readonly Matcher[];
    startMs: number;
    endMs: number;
    signal?: AbortSignal;
  }): Promise<readonly RawSeries[]>;
  series(range: CatalogueRange): Promise<Labels[]>;
  labelNames(range: CatalogueRange): Promise<string[]>;
  labelValues(range: LabelValuesWanted): Promise<string[]>;
  metadata(wanted: MetadataWanted): Promise<Map<string, MetricMetadata[]>>;
  targetMetadata(wanted: TargetMetadataWanted): Promise<TargetMetadata[]>;
  exemplars(wanted: {
    query: string;
    startMs: number;
    endMs: number;
    signal?: AbortSignal;
  }): Promise<SeriesExemplars[]>;
  cardinality(wanted: { nowMs: number; limit: number; signal?: AbortSignal }): Promise<Cardinality>;
}

export interface MetricQueriesOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Only where it is told of every insert. */
  readonly recent?: RecentSamples;
}

export function createMetricQueries({ store, clock, recent: inMemory }: MetricQueriesOptions): MetricQueries {
  const labels = new SeriesLabels();
  const sourceOptions = { store, labels, ...(inMemory === undefined ? {} : { recent: inMemory }) };
  const engineOf = (query: string | Expr, { lookbackMs, recent, timeoutMs = Infinity }: QueryLimits) => {
    const expr = typeof query === "string" ? parse(query) : query;
    const within = Math.min(timeoutMs, limits.metricQueryTimeoutMs.value);
    const stored = createSeriesSource({ ...sourceOptions, timeoutMs: within, startTimes: asksForStarts(expr) });
    return new Engine(recent === undefined ? stored : overlaySource(stored, recent), {
      timeoutMs: within,
      seriesMax: limits.metricSeriesMax.value,
      clock: { nowMs: () => clock.monotonicMs() },
      ...(lookbackMs === undefined ? {} : { lookbackMs }),
    });
  };
  const source = createSeriesSource({ store, labels });
  return {
    instant: ({ query, timeMs, ...wanted }) =>
      untilAborted(wanted.signal, () => engineOf(query, wanted).instant({ query, timeMs, ...signalOf(wanted) })),
    range: ({ query, startMs, endMs, stepMs, ...wanted }) =>
      untilAborted(wanted.signal, () =>
        engineOf(query, wanted).range({ query, startMs, endMs, stepMs, ...signalOf(wanted) }),
      ),
    async samples({ matchers, startMs, endMs, signal }) {
      const steps = { startMs: endMs, stepMs: 0, count: 1 };
      const hints = { startMs, endMs, steps, rangeMs: 0, lookbackMs: 0, mayCompute: false };
      const result = await source.select(matchers, hints, signal ?? new AbortController().signal);
      return result.kind === "raw" ? result.series : [];
    },
    series: (range) => listSeries(store, labels, range),
    labelNames: (range) => listLabelNames(store, range),
    labelValues: (range) => listLabelValues(store, range),
    metadata: (wanted) => readMetadata(store, wanted),
    targetMetadata: (wanted) => readTargetMetadata(store, { ...wanted, nowMs: clock.nowMs() }),
    exemplars: (wanted) => readExemplars(store, labels, wanted),
    cardinality: (wanted) => readCardinality(store, wanted),
  };
}

function signalOf({ signal }: QueryLimits): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** A caller who left gets the error that says so, whichever part of the query noticed first. */
async function untilAborted<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    if (signal?.aborted === true && !(thrown instanceof PromqlError))
      throw new PromqlError("canceled", "query was canceled: the client has gone");
    throw thrown;
  }
}

function asksForStarts(expr: Expr): boolean {
  let asks = false;
  walk(expr, (node) => {
    asks ||= node.kind === "call" && node.name === "start_timestamp";
  });
  return asks;
}
