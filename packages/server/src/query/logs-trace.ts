import type { LogsResponse } from "../http/contract.ts";
import type { QueryParam, Store } from "../store/store.ts";
import { readLogPage } from "./logs.ts";
import { findTraceWindow } from "./trace-window.ts";

export interface TraceLogsFilter {
  /** 32 lower-case digits. */
  traceId: string;
  /** Only what was written inside this span: 16 lower-case digits. */
  spanId?: string | undefined;
  limit: number;
  cursor?: string | undefined;
  signal?: AbortSignal;
}

/** Logs may be stamped a little before the trace's first span or after its last. */
const slackNs = 60_000_000_000n;

/**
 * The log records that name the trace, oldest first; our own announcements are left out. Null when no span of the trace
 * is stored: then its time is not known, and to look for it everywhere would read every log there is.
 * @throws SightglassError invalid_argument
 */
export async function readTraceLogs(store: Store, filter: TraceLogsFilter): Promise<LogsResponse | null> {
  const { traceId, spanId, limit, cursor, signal } = filter;
  const window = await findTraceWindow(store, traceId, signal === undefined ? {} : { signal });
  if (window === null) return null;
  const params: Record<string, QueryParam> = {
    traceId,
    from: Number((window.startNs - slackNs) / 1_000_000n),
    to: Number((window.endNs + slackNs) / 1_000_000n),
  };
  const conditions = [
    "trace_id = toFixedString(unhex({traceId:String}), 16)",
    "time BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')",
    "NOT is_pipeline",
  ];
  if (spanId !== undefined) {
    params["spanId"] = spanId;
    conditions.push("span_id = toFixedString(unhex({spanId:String}), 8)");
  }
  return readLogPage(store, { conditions, params, limit, cursor, ...(signal === undefined ? {} : { signal }) });
}
