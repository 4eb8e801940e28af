import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { TracesResponse } from "sightglass/contract";
import { getJson, withParameters } from "../../api/client.ts";
import { traceWindowDefault, traceWindowMs, type TracesSearch } from "../../url/traces-search.ts";

const pageSize = 100;

/** A window is counted back from when it is asked, so that reading again moves it on. */
function parameters(search: TracesSearch, nowMs: number) {
  const { window, start, end, ...filter } = search;
  if (start !== undefined) return { ...filter, start, end };
  return { ...filter, start: new Date(nowMs - traceWindowMs[window ?? traceWindowDefault]).toISOString(), end };
}

export function searchTracesQuery(search: TracesSearch) {
  return infiniteQueryOptions({
    queryKey: ["traces", "search", search],
    queryFn: ({ signal, pageParam }) =>
      getJson<TracesResponse>(
        withParameters("/api/traces", { ...parameters(search, Date.now()), limit: pageSize, cursor: pageParam }),
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    // What is on screen stays until it is asked for anew: a list that moves under the eyes cannot be read.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
}

const lookEveryMs = 5_000;

/** The newest few of the same search, to say how many have come since. */
export function newestTracesQuery(search: TracesSearch) {
  return queryOptions({
    queryKey: ["traces", "newest", search],
    queryFn: ({ signal }) =>
      getJson<TracesResponse>(
        withParameters("/api/traces", { ...parameters(search, Date.now()), limit: newestMax }),
        signal,
      ),
    refetchInterval: lookEveryMs,
    enabled: search.end === undefined,
  });
}

export const newestMax = 20;
