import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type {
  AttributeKeysResponse,
  AttributeValuesResponse,
  LogsResponse,
  PipelineGridResponse,
  PipelineResponse,
  PipelinesResponse,
  RunResponse,
  RunsResponse,
  RunStatus,
  ServicesResponse,
  SpanResponse,
  StatusResponse,
} from "sightglass/contract";
import type { RowsWanted } from "../url/runs-search.ts";
import { getJson, withParameters } from "./client.ts";
import { withDistinctStages } from "./distinct-stages.ts";

/** Every read of the page: one key and one path each. Keys begin with the thing, so that live events can name it. */

const path = (...parts: string[]) => `/api/${parts.map(encodeURIComponent).join("/")}`;

export function pipelinesQuery(window: string) {
  return queryOptions({
    queryKey: ["pipelines", window],
    queryFn: ({ signal }) => getJson<PipelinesResponse>(withParameters(path("pipelines"), { window }), signal),
    placeholderData: keepPreviousData,
  });
}

export function pipelineQuery(name: string, window: string) {
  return queryOptions({
    queryKey: ["pipeline", name, window],
    queryFn: ({ signal }) => getJson<PipelineResponse>(withParameters(path("pipelines", name), { window }), signal),
  });
}

export function pipelineGridQuery(name: string, limit = 40) {
  return queryOptions({
    queryKey: ["pipeline", name, "grid", limit],
    queryFn: ({ signal }) =>
      getJson<PipelineGridResponse>(withParameters(path("pipelines", name, "grid"), { limit }), signal),
  });
}

export interface RunsFilter {
  pipeline?: string;
  status?: RunStatus[];
  partition?: string;
  rows?: RowsWanted;
  /** ISO 8601. */
  start?: string;
  end?: string;
}

export function runsQuery(filter: RunsFilter, limit = 100) {
  return infiniteQueryOptions({
    queryKey: ["runs", filter, limit],
    queryFn: ({ signal, pageParam }) =>
      getJson<RunsResponse>(withParameters(path("runs"), { ...filter, limit, cursor: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: ["run", id],
    queryFn: async ({ signal }) => withDistinctStages(await getJson<RunResponse>(path("runs", id), signal)),
  });
}

export interface LogsFilter {
  /** A stage's id. */
  stage?: string;
  severity?: string;
  q?: string;
}

/** Not under the run's key: its changes come often, and reading all pages again for each would be much for nothing. */
export function runLogsQuery(id: string, about: LogsFilter & { isOver: boolean }, limit = 1_000) {
  // A run that is over is read once more: its last lines came with its end.
  const { isOver, ...filter } = about;
  return infiniteQueryOptions({
    queryKey: ["logs", id, filter, { isOver }],
    queryFn: ({ signal, pageParam }) =>
      getJson<LogsResponse>(withParameters(path("runs", id, "logs"), { ...filter, limit, cursor: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

export function spanQuery(traceId: string, spanId: string) {
  return queryOptions({
    queryKey: ["trace", traceId, "span", spanId],
    queryFn: ({ signal }) => getJson<SpanResponse>(path("traces", traceId, "spans", spanId), signal),
  });
}

export function servicesQuery() {
  return queryOptions({
    queryKey: ["services"],
    queryFn: ({ signal }) => getJson<ServicesResponse>(path("services"), signal),
    staleTime: 60_000,
  });
}

export function attributeKeysQuery(parameters: { prefix?: string; service?: string }) {
  return queryOptions({
    queryKey: ["attributes", parameters],
    queryFn: ({ signal }) =>
      getJson<AttributeKeysResponse>(withParameters(path("attributes"), { ...parameters }), signal),
    staleTime: 60_000,
  });
}

export function attributeValuesQuery(key: string, prefix: string) {
  return queryOptions({
    queryKey: ["attributes", key, "values", prefix],
    queryFn: ({ signal }) =>
      getJson<AttributeValuesResponse>(withParameters(path("attributes", key, "values"), { prefix }), signal),
    staleTime: 60_000,
  });
}

export function statusQuery() {
  return queryOptions({
    queryKey: ["status"],
    queryFn: ({ signal }) => getJson<StatusResponse>(path("status"), signal),
    refetchInterval: 2_000,
  });
}
