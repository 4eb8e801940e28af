import { Hono } from "hono";
import type { Clock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import { parseAttributeCondition } from "../../query/search-attributes.ts";
import { allOf, type SpanFilter } from "../../query/search-filter.ts";
import { parseTraceql } from "../../query/search-traceql.ts";
import type { TraceExtent } from "../../query/search-traces.ts";
import { parseSpanId, parseTraceId } from "../../query/trace-id.ts";
import type { TraceQueries } from "../../query/trace-queries.ts";
import type {
  AttributeKeysResponse,
  AttributeValuesResponse,
  LogsResponse,
  ServicesResponse,
  SpanResponse,
  SpanStatus,
  TracesResponse,
} from "../contract.ts";
import { Parameters } from "../parameters.ts";
import { streamBody } from "../stream-body.ts";

export interface TraceRoutesDeps {
  traces: TraceQueries;
  clock: Clock;
}

const statuses: readonly SpanStatus[] = ["unset", "ok", "error"];

/** Our own API over traces (contract.ts): `/api/traces`, `/api/services`, `/api/attributes`. */
export function traceRoutes({ traces, clock }: TraceRoutesDeps): Hono {
  const app = new Hono();

  app.get("/api/traces", async (context) => {
    const parameters = new Parameters(context.req.url).only(...searchParameters);
    const { filter, trace } = searchOf(parameters);
    const { signal } = context.req.raw;
    const cursor = parameters.text("cursor");
    const found = await traces.search({
      filter,
      trace,
      ...rangeOf(parameters, clock),
      limit: parameters.limit(),
      ...(cursor === undefined ? {} : { cursor }),
      signal,
    });
    const summaries = await traces.summarize(found.traces, { signal });
    return context.json({ traces: summaries, next: found.next } satisfies TracesResponse);
  });

  app.get("/api/traces/:traceId", async (context) => {
    const traceId = parseTraceId(context.req.param("traceId"));
    const parameters = new Parameters(context.req.url).only("fields");
    const fields = parameters.choices("fields", ["all", "summary"] as const)[0] ?? "all";
    const pieces = await traces.document(traceId, { fields, signal: context.req.raw.signal });
    if (pieces === null) throw traceNotFound(traceId);
    return context.body(streamBody(pieces), 200, { "content-type": "application/json" });
  });

  app.get("/api/traces/:traceId/spans/:spanId", async (context) => {
    const traceId = parseTraceId(context.req.param("traceId"));
    const spanId = parseSpanId(context.req.param("spanId"));
    const span = await traces.span({ traceId, spanId }, { signal: context.req.raw.signal });
    if (span === null)
      throw new SightglassError("not_found", `trace ${traceId} has no span ${spanId}`, {
        hint: "it may not have arrived yet, or retention has removed it",
      });
    return context.json(span satisfies SpanResponse);
  });

  app.get("/api/traces/:traceId/logs", async (context) => {
    const traceId = parseTraceId(context.req.param("traceId"));
    const parameters = new Parameters(context.req.url).only("span", "limit", "cursor");
    const span = parameters.text("span");
    const logs = await traces.logs({
      traceId,
      spanId: span === undefined ? undefined : parseSpanId(span),
      limit: parameters.limit(),
      cursor: parameters.text("cursor"),
      signal: context.req.raw.signal,
    });
    if (logs === null) throw traceNotFound(traceId);
    return context.json(logs satisfies LogsResponse);
  });

  app.get("/api/services", async (context) => {
    new Parameters(context.req.url).only();
    const services = await traces.services({ signal: context.req.raw.signal });
    return context.json({ services } satisfies ServicesResponse);
  });

  app.get("/api/attributes", async (context) => {
    const parameters = new Parameters(context.req.url).only("prefix", "service", "start", "end");
    const keys = await traces.attributeKeys({ ...attributeRange(parameters, clock), signal: context.req.raw.signal });
    return context.json({ keys } satisfies AttributeKeysResponse);
  });

  app.get("/api/attributes/:key/values", async (context) => {
    const parameters = new Parameters(context.req.url).only("prefix", "service", "start", "end");
    const key = context.req.param("key");
    const range = { ...attributeRange(parameters, clock), key, signal: context.req.raw.signal };
    const found = await traces.attributeValues(range);
    const values = [...new Set(found.map(({ value }) => value))];
    return context.json({ values } satisfies AttributeValuesResponse);
  });

  return app;
}

export function traceNotFound(traceId: string): SightglassError {
  return new SightglassError("not_found", `no span of trace ${traceId} is stored`, {
    hint: "it may not have arrived yet, or retention has removed it",
  });
}

const searchParameters = [
  "service",
  "name",
  "minDuration",
  "maxDuration",
  "status",
  "attributes",
  "eventAttributes",
  "q",
  "start",
  "end",
  "limit",
  "cursor",
];

/** All conditions must hold on one span. `q` is TraceQL, and joins the others. */
function searchOf(parameters: Parameters): { filter: SpanFilter; trace: (trace: TraceExtent) => boolean } {
  const parts: SpanFilter[] = [];
  const service = parameters.text("service");
  if (service !== undefined) parts.push({ kind: "field", field: "service", op: "=", value: service });
  const name = parameters.text("name");
  if (name !== undefined) parts.push({ kind: "field", field: "name", op: "=", value: name });
  parts.push(...durationFilters(parameters.durationMs("minDuration"), parameters.durationMs("maxDuration")));
  const wanted = parameters.choices("status", statuses);
  if (wanted.length > 0)
    parts.push({ kind: "or", parts: wanted.map((value) => ({ kind: "field", field: "status", op: "=", value })) });
  for (const text of parameters.texts("attributes")) parts.push(parseAttributeCondition(text, "any"));
  for (const text of parameters.texts("eventAttributes")) parts.push(parseAttributeCondition(text, "event"));
  const query = parameters.text("q");
  const traceql = query === undefined ? undefined : parseTraceql(query);
  if (traceql !== undefined) parts.push(traceql.filter);
  return { filter: allOf(...parts), trace: traceql?.trace ?? (() => true) };
}

/** @throws SightglassError invalid_argument when nothing can be between the two */
export function durationFilters(minMs: number | undefined, maxMs: number | undefined): SpanFilter[] {
  if (minMs !== undefined && maxMs !== undefined && minMs > maxMs)
    throw new SightglassError("invalid_argument", "minDuration is greater than maxDuration", {
      hint: "swap them, or leave one out",
    });
  const filters: SpanFilter[] = [];
  if (minMs !== undefined) filters.push({ kind: "field", field: "duration", op: ">=", value: minMs * 1e6 });
  if (maxMs !== undefined) filters.push({ kind: "field", field: "duration", op: "<=", value: maxMs * 1e6 });
  return filters;
}

/** Without a start the search goes as far back as there is data; without an end it begins at the newest. */
function rangeOf(parameters: Parameters, clock: Clock): { startNs: bigint; endNs: bigint } {
  const { startMs = 0, endMs = clock.nowMs() + clockAheadMs } = parameters.timeRange();
  return { startNs: nsOfMs(startMs), endNs: nsOfMs(endMs) };
}

/** Spans of senders whose clocks run ahead are found too. */
export const clockAheadMs = 3_600_000;

export function nsOfMs(ms: number): bigint {
  return BigInt(Math.round(ms * 1000)) * 1000n;
}

function attributeRange(parameters: Parameters, clock: Clock) {
  const prefix = parameters.text("prefix");
  const service = parameters.text("service");
  return {
    ...rangeOf(parameters, clock),
    ...(prefix === undefined ? {} : { prefix }),
    ...(service === undefined ? {} : { service }),
  };
}
