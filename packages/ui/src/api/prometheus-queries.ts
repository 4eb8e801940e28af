import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson, withParameters } from "./client.ts";
import type {
  Envelope,
  ExemplarSeries,
  MetricMetadata,
  QueryData,
  SeriesLabels,
  TargetsData,
  TsdbStatus,
} from "./prometheus.ts";

/** Reads of the Prometheus HTTP API. Times are milliseconds here and seconds there. */

export interface Range {
  startMs: number;
  endMs: number;
}

const path = (...parts: string[]) => `/api/v1/${parts.map(encodeURIComponent).join("/")}`;
const seconds = (ms: number) => ms / 1000;

/** Series that the catalogue looks at to count a metric's label values. */
export const sampledSeriesMax = 2_000;
/** Metrics whose series are counted. */
const countedMetricsMax = 10_000;

export function rangeQuery(expr: string, { startMs, endMs, stepMs }: Range & { stepMs: number }) {
  return queryOptions({
    queryKey: ["metrics", "range", expr, startMs, endMs, stepMs],
    queryFn: ({ signal }) =>
      getJson<Envelope<QueryData>>(
        withParameters(path("query_range"), {
          query: expr,
          start: seconds(startMs),
          end: seconds(endMs),
          step: seconds(stepMs),
          stats: "all",
        }),
        signal,
      ),
    // A fixed range of the past answers the same again; the moving one has another key each time.
    staleTime: 30_000,
    gcTime: 60_000,
  });
}

export function instantQuery(expr: string, timeMs: number) {
  return queryOptions({
    queryKey: ["metrics", "instant", expr, timeMs],
    queryFn: ({ signal }) =>
      getJson<Envelope<QueryData>>(
        withParameters(path("query"), { query: expr, time: seconds(timeMs), stats: "all" }),
        signal,
      ),
    staleTime: 30_000,
    gcTime: 60_000,
  });
}

export function exemplarsQuery(expr: string, { startMs, endMs }: Range) {
  return queryOptions({
    queryKey: ["metrics", "exemplars", expr, startMs, endMs],
    queryFn: ({ signal }) =>
      getJson<Envelope<readonly ExemplarSeries[]>>(
        withParameters(path("query_exemplars"), { query: expr, start: seconds(startMs), end: seconds(endMs) }),
        signal,
      ),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export function metricNamesQuery() {
  return queryOptions({
    queryKey: ["metrics", "names"],
    queryFn: ({ signal }) => getJson<Envelope<readonly string[]>>(path("label", "__name__", "values"), signal),
    staleTime: 15_000,
  });
}

export function metadataQuery() {
  return queryOptions({
    queryKey: ["metrics", "metadata"],
    queryFn: ({ signal }) =>
      getJson<Envelope<Readonly<Record<string, readonly MetricMetadata[]>>>>(path("metadata"), signal),
    staleTime: 60_000,
  });
}

export function tsdbStatusQuery() {
  return queryOptions({
    queryKey: ["metrics", "tsdb"],
    queryFn: ({ signal }) =>
      getJson<Envelope<TsdbStatus>>(withParameters(path("status", "tsdb"), { limit: countedMetricsMax }), signal),
    staleTime: 30_000,
  });
}

/** Up to `sampledSeriesMax` series of a metric. */
export function seriesOfQuery(metric: string) {
  const match = `{__name__=${JSON.stringify(metric)}}`;
  return queryOptions({
    queryKey: ["metrics", "series", metric],
    queryFn: ({ signal }) =>
      getJson<Envelope<readonly SeriesLabels[]>>(
        withParameters(path("series"), { "match[]": match, limit: sampledSeriesMax }),
        signal,
      ),
    staleTime: 30_000,
  });
}

export function targetsQuery() {
  return queryOptions({
    queryKey: ["metrics", "targets"],
    queryFn: ({ signal }) => getJson<Envelope<TargetsData>>(path("targets"), signal),
    refetchInterval: 5_000,
  });
}
