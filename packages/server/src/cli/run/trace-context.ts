import type { IdSource } from "./random.ts";

export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
  readonly traceState?: string;
}

const traceparentForm = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a W3C traceparent (Trace Context, section 3.2); undefined when it is not one. */
export function parseTraceparent(text: string | undefined, traceState?: string): TraceContext | undefined {
  const match = traceparentForm.exec(text?.trim() ?? "");
  if (match === null) return undefined;
  const [, version, traceId = "", spanId = "", flags = "", rest] = match;
  if (version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const isSampled = (Number.parseInt(flags, 16) & 1) === 1;
  return { traceId, spanId, isSampled, ...(traceState === undefined || traceState === "" ? {} : { traceState }) };
}

export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.isSampled ? "01" : "00"}`;
}

/** A span below `parent`, or the root of a new trace. */
export function childContext(parent: TraceContext | undefined, ids: IdSource): TraceContext {
  const spanId = ids.spanId();
  return parent === undefined ? { traceId: ids.traceId(), spanId, isSampled: true } : { ...parent, spanId };
}
