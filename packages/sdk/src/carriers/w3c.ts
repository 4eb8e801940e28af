import { type Baggage, createTraceState, isSpanContextValid, propagation, type SpanContext } from "@opentelemetry/api";

const traceparentForm = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a W3C `traceparent` (Trace Context, section 3.2). Returns undefined for anything that is not one, as the
 * specification asks.
 */
export function parseTraceparent(text: string, tracestate?: string): SpanContext | undefined {
  const match = traceparentForm.exec(text.trim());
  if (match === null) return undefined;
  const [, version, traceId, spanId, flags, rest] = match;
  if (version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  const parsed: SpanContext = {
    traceId: traceId ?? "",
    spanId: spanId ?? "",
    traceFlags: Number.parseInt(flags ?? "0", 16) & 1,
    isRemote: true,
    ...(tracestate === undefined || tracestate === "" ? {} : { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(parsed) ? parsed : undefined;
}

/** The W3C `traceparent` of a span; undefined when it has no valid ids. */
export function formatTraceparent(span: SpanContext): string | undefined {
  if (!isSpanContextValid(span)) return undefined;
  return `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 1) === 1 ? "01" : "00"}`;
}

export function formatBaggage(baggage: Baggage): string {
  return baggage
    .getAllEntries()
    .map(([key, { value }]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join(",");
}

/** Reads a W3C `baggage` (Baggage, section 3.1); members that cannot be read are left out. */
export function parseBaggage(text: string): Baggage | undefined {
  const entries = new Map<string, { value: string }>();
  for (const member of text.split(",")) {
    const [pair = ""] = member.split(";");
    const equals = pair.indexOf("=");
    if (equals <= 0) continue;
    try {
      const value = decodeURIComponent(pair.slice(equals + 1).trim());
      entries.set(decodeURIComponent(pair.slice(0, equals).trim()), { value });
    } catch {
      // A percent sign that starts no escape: this member is not readable, the others are.
    }
  }
  return entries.size === 0 ? undefined : propagation.createBaggage(Object.fromEntries(entries));
}
