import type { QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "sightglass/contract";
import { useSyncExternalStore } from "react";
import { eventStreamParser } from "./event-stream.ts";
import { authorization } from "./token.ts";

/**
 * `connecting`: before the first answer. `live`: events arrive. `polling`: the server answers but offers no events
 * (an old one, or a proxy in between). `lost`: it does not answer; what is on screen stays, with its age.
 */
export type LiveState = "connecting" | "live" | "polling" | "lost";

export interface LiveSnapshot {
  state: LiveState;
  /** When the server was last heard, milliseconds since the epoch; null before the first time. */
  heardAtMs: number | null;
}

/** Changes that arrive within this time are read together. */
const gatherMs = 400;
const retryMinMs = 1_000;
const retryMaxMs = 10_000;
const pollMs = 5_000;
/** The server sends at least a comment this often; silence means the way is cut. */
const silenceMaxMs = 45_000;

let snapshot: LiveSnapshot = { state: "connecting", heardAtMs: null };
const listeners = new Set<() => void>();

export function useLive(): LiveSnapshot {
  return useSyncExternalStore(subscribe, () => snapshot);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function publish(next: LiveSnapshot): void {
  snapshot = next;
  for (const listener of listeners) listener();
}

/** Listens to `/api/live` until stopped, and marks what changed as stale so that views on screen read it again. */
export function startLive(queries: QueryClient): () => void {
  const stopped = new AbortController();
  const changes = gatherChanges(queries);
  void listenForever(queries, changes.add, stopped.signal);
  return () => {
    stopped.abort();
    changes.stop();
  };
}

async function listenForever(queries: QueryClient, onRun: RunListener, stopped: AbortSignal): Promise<void> {
  let retryMs = retryMinMs;
  while (!stopped.aborted) {
    const wasCut = snapshot.state === "lost" || snapshot.state === "polling";
    const ended = await listenOnce(stopped, {
      onOpen: () => {
        retryMs = retryMinMs;
        publish({ state: "live", heardAtMs: Date.now() });
        if (wasCut) void queries.invalidateQueries();
      },
      onRun,
    });
    if (stopped.aborted) return;
    if (ended === "unsupported") {
      publish({ state: "polling", heardAtMs: Date.now() });
      void queries.invalidateQueries();
      await pause(pollMs, stopped);
    } else {
      if (ended === "unreachable") publish({ ...snapshot, state: "lost" });
      await pause(retryMs, stopped);
      retryMs = Math.min(retryMs * 2, retryMaxMs);
    }
  }
}

interface StreamHandlers {
  onOpen: () => void;
  onRun: RunListener;
}

type RunListener = (event: Extract<LiveEvent, { type: "run" }>) => void;

async function listenOnce(
  stopped: AbortSignal,
  handlers: StreamHandlers,
): Promise<"ended" | "unsupported" | "unreachable"> {
  const cut = new AbortController();
  const abort = () => cut.abort();
  stopped.addEventListener("abort", abort, { once: true });
  let silence = setTimeout(abort, silenceMaxMs);
  let opened = false;
  try {
    const response = await fetch("/api/live", {
      headers: { accept: "text/event-stream", ...authorization() },
      signal: cut.signal,
    });
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (!response.ok || !isStream || response.body === null) {
      await response.body?.cancel();
      // A proxy whose server is away answers 502 to 504; our own 503, in JSON, only says that too many pages listen.
      const isOwn = response.headers.get("content-type")?.startsWith("application/json") === true;
      return response.status >= 502 && response.status <= 504 && !isOwn ? "unreachable" : "unsupported";
    }
    opened = true;
    handlers.onOpen();
    const parse = eventStreamParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return "ended";
      clearTimeout(silence);
      silence = setTimeout(abort, silenceMaxMs);
      snapshot = { ...snapshot, heardAtMs: Date.now() };
      for (const { data } of parse(value)) {
        const event = JSON.parse(data) as LiveEvent;
        if (event.type === "run") handlers.onRun(event);
      }
    }
  } catch {
    return opened && !cut.signal.aborted ? "ended" : "unreachable";
  } finally {
    clearTimeout(silence);
    cut.abort();
    stopped.removeEventListener("abort", abort);
  }
}

function gatherChanges(queries: QueryClient): { add: RunListener; stop: () => void } {
  let runs = new Set<string>();
  let pipelines = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const id of runs) void queries.invalidateQueries({ queryKey: ["run", id] });
    for (const name of pipelines) void queries.invalidateQueries({ queryKey: ["pipeline", name] });
    void queries.invalidateQueries({ queryKey: ["pipelines"] });
    void queries.invalidateQueries({ queryKey: ["runs"] });
    runs = new Set();
    pipelines = new Set();
  };
  return {
    add: (event) => {
      runs.add(event.runId);
      pipelines.add(event.pipeline);
      timer ??= setTimeout(flush, gatherMs);
    },
    stop: () => clearTimeout(timer),
  };
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
