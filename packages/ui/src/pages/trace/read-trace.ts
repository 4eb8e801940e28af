import type { SpanSummary, TraceResource, TraceResponse, TraceScope } from "sightglass/contract";
import { refusal, unreachable } from "../../api/client.ts";
import { ApiError } from "../../api/errors.ts";
import { authorization } from "../../api/token.ts";
import { JsonStream } from "../../waterfall/json-stream.ts";
import { SpanTable } from "../../waterfall/span-table.ts";
import { buildSpanTree, type SpanTree } from "../../waterfall/span-tree.ts";

export interface LoadedTrace {
  traceId: string;
  startedAt: string;
  /** As the server counted them; 0 while that has not arrived. */
  spanCount: number;
  runId: string | null;
  resources: readonly TraceResource[];
  scopes: readonly TraceScope[];
  tree: SpanTree;
  /** False while spans still arrive. */
  isWhole: boolean;
  /** From the request to the last span. */
  loadMs: number;
}

/** A tree is built again when it can show this much more than the one on screen: the sum of all builds stays linear. */
const growth = 1.7;
const firstBuildSpans = 300;

/**
 * Reads `GET /api/traces/ID?fields=summary` while it arrives.
 *
 * @param onProgress is called with what can be drawn so far
 * @throws ApiError
 */
export async function readTrace(
  traceId: string,
  signal: AbortSignal,
  onProgress: (trace: LoadedTrace) => void,
): Promise<LoadedTrace> {
  const startedMs = performance.now();
  const response = await open(traceId, signal);
  const table = new SpanTable();
  const header: Partial<TraceResponse> = {};
  const stream = new JsonStream({
    member: (key, value) => Object.assign(header, { [key]: value }),
    elements: { spans: (batch) => table.append(batch as SpanSummary[]) },
  });
  const loaded = (isWhole: boolean): LoadedTrace => ({
    traceId,
    startedAt: header.startedAt ?? "",
    spanCount: header.spanCount ?? table.count,
    runId: header.runId ?? null,
    resources: header.resources ?? [],
    scopes: header.scopes ?? [],
    tree: buildSpanTree(table),
    isWhole,
    loadMs: performance.now() - startedMs,
  });
  let nextBuild = firstBuildSpans;
  try {
    for await (const text of texts(response)) {
      stream.push(text);
      if (table.count < nextBuild) continue;
      nextBuild = table.count * growth;
      onProgress(loaded(false));
    }
    stream.end();
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw brokenOff(response.status, table.count, cause);
  }
  return loaded(true);
}

async function open(traceId: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api/traces/${encodeURIComponent(traceId)}?fields=summary`, {
      headers: { accept: "application/json", ...authorization() },
      signal,
    });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw unreachable(cause);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function* texts(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

function brokenOff(status: number, spanCount: number, cause: unknown): ApiError {
  return new ApiError({
    status,
    code: "bad_answer",
    message: `The answer broke off after ${spanCount} spans.`,
    hint: "Try again. If it happens each time, look at the server's log.",
    cause,
  });
}
