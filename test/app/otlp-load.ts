import { randomBytes } from "node:crypto";

/**
 * OTLP/JSON requests of spans with ids of their own, so that every acknowledged one can be asked for.
 * @param requestNumber goes into the spans' name
 */
export function spanRequest(
  requestNumber: number,
  spanCount: number,
): { body: string; spanIds: string[]; traceId: string } {
  const traceId = randomBytes(16).toString("hex");
  const spanIds = Array.from({ length: spanCount }, () => randomBytes(8).toString("hex"));
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  const spans = spanIds.map((spanId, index) => ({
    traceId,
    spanId,
    ...(index === 0 ? {} : { parentSpanId: spanIds[0] }),
    name: `request-${requestNumber}`,
    kind: 1,
    startTimeUnixNano: String(nowNs),
    endTimeUnixNano: String(nowNs + 5_000_000n),
    attributes: [{ key: "request", value: { intValue: String(requestNumber) } }],
  }));
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "load" } }] };
  return { body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }), spanIds, traceId };
}
