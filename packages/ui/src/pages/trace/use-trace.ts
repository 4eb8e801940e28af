import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { RunResponse } from "sightglass/contract";
import { useEffect, useRef, useState } from "react";
import { runQuery } from "../../api/queries.ts";
import { type LoadedTrace, readTrace } from "./read-trace.ts";

/** A run that goes on sends spans all the time; reading again takes at most a twentieth of it. */
const refetchMinMs = 4_000;
const refetchPerLoad = 20;

export interface TraceView {
  /** What can be shown: a part while it is being read for the first time. */
  trace: LoadedTrace | undefined;
  error: Error | null;
  reload: () => void;
  isReloading: boolean;
  /** The run that the trace belongs to, where there is one. */
  run: RunResponse | undefined;
}

/** A trace by id, streamed; read again while its run goes on, and once when it has ended. */
export function useTrace(traceId: string): TraceView {
  const queries = useQueryClient();
  const [part, setPart] = useState<LoadedTrace>();
  const query = useQuery({
    queryKey: ["trace", traceId, "tree"],
    queryFn: async ({ signal, queryKey }) => {
      const isFirst = queries.getQueryData(queryKey) === undefined;
      const trace = await readTrace(traceId, signal, (soFar) => {
        if (isFirst) setPart(soFar);
      });
      setPart(undefined);
      return trace;
    },
    // Comparing a hundred thousand spans costs more than drawing them, and so does keeping many such traces.
    structuralSharing: false,
    gcTime: 60_000,
    staleTime: 30_000,
    refetchOnWindowFocus: false,
    refetchInterval: ({ state: { data } }) => {
      const run = data?.runId == null ? undefined : queries.getQueryData(runQuery(data.runId).queryKey);
      return run?.status === "running" ? Math.max(refetchMinMs, refetchPerLoad * (data?.loadMs ?? 0)) : false;
    },
  });
  const trace = query.data ?? (part?.traceId === traceId ? part : undefined);
  const runId = trace?.runId ?? null;
  const run = useQuery({ ...runQuery(runId ?? ""), enabled: runId !== null });
  const { refetch } = query;
  const reload = () => void refetch();
  useWhenEnded(run.data, reload);
  return {
    trace,
    error: query.error,
    reload,
    isReloading: query.isRefetching,
    run: runId === null ? undefined : run.data,
  };
}

function useWhenEnded(run: RunResponse | undefined, then: () => void): void {
  const before = useRef<string>(undefined);
  useEffect(() => {
    const wasRunning = before.current === "running";
    before.current = run?.status;
    if (wasRunning && run !== undefined && run.status !== "running") then();
  });
}
