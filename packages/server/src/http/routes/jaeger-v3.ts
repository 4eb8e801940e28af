import { Hono } from "hono";
import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import type { OpenTrace } from "../../query/trace-batches.ts";
import { parseTraceId } from "../../query/trace-id.ts";
import { resourceSpansJson } from "../../query/trace-otlp-json.ts";
import type { TraceQueries } from "../../query/trace-queries.ts";
import { nothingAt } from "../nothing-at.ts";
import { Parameters } from "../parameters.ts";
import { problemOf } from "../problem.ts";
import { streamBody } from "../stream-body.ts";
import { durationOf, findJaegerTraces, kindOf, parseTagMap, spanKinds, type JaegerSearch } from "./jaeger-search.ts";
import { durationFilters } from "./traces.ts";

export interface JaegerV3RoutesDeps {
  traces: TraceQueries;
  onFault?: (fault: { method: string; path: string; error: unknown }) => void;
}

const base = "/jaeger/api/v3";

/** Jaeger's v3 API over HTTP: OTLP/JSON in the envelope of grpc-gateway. */
export function jaegerV3Routes({ traces, onFault }: JaegerV3RoutesDeps): Hono {
  const app = new Hono();

  app.get(`${base}/services`, async (context) =>
    context.json({ services: await traces.serviceNames({ signal: context.req.raw.signal }) }),
  );

  app.get(`${base}/operations`, async (context) => {
    const parameters = new Parameters(context.req.url);
    const service = parameters.text("service");
    const kind = kindOf("spanKind", parameters.text("spanKind") ?? parameters.text("span_kind"));
    const wanted = { ...(service === undefined ? {} : { service }), ...(kind === undefined ? {} : { kind }) };
    const operations = await traces.operations(wanted, { signal: context.req.raw.signal });
    return context.json({
      operations: operations.map((operation) => ({
        name: operation.name,
        spanKind: spanKinds[operation.kind] || "internal",
      })),
    });
  });

  app.get(`${base}/traces`, async (context) => {
    const { signal } = context.req.raw;
    const found = await findJaegerTraces(traces, searchOf(new Parameters(context.req.url)), signal);
    if (found.length === 0) throw new SightglassError("not_found", "No traces found");
    return json(streamBody(resultJson(traces.openAll(found, { signal }))));
  });

  app.get(`${base}/traces/:traceId`, async (context) => {
    const traceId = parseTraceId(context.req.param("traceId"));
    const trace = await traces.open(traceId, { signal: context.req.raw.signal });
    if (trace === null) throw new SightglassError("not_found", "No traces found");
    return json(streamBody(resultJson([trace])));
  });

  app.all(`${base}/*`, (context) => {
    throw nothingAt(context.req);
  });

  app.onError((thrown, context) => {
    const { status, body, headers } = problemOf(thrown);
    if (status >= 500) onFault?.({ method: context.req.method, path: context.req.path, error: thrown });
    return context.json({ error: { httpCode: status, message: body.error.message } }, status, headers);
  });
  return app;
}

function json(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, { headers: { "content-type": "application/json" } });
}

async function* resultJson(traces: AsyncIterable<OpenTrace> | Iterable<OpenTrace>): AsyncGenerator<string> {
  yield '{"result":{"resourceSpans":[';
  let separator = "";
  for await (const trace of traces)
    for await (const page of trace.pages) {
      const groups = resourceSpansJson(page, "otlp").map((group) => JSON.stringify(group));
      yield separator + groups.join(",");
      separator = ",";
    }
  yield "]}}";
}

/** Names in camel case are the API's; those in snake case are what it had before. */
function searchOf(parameters: Parameters): JaegerSearch {
  const text = (...names: string[]) => names.map((name) => parameters.text(name)).find((value) => value !== undefined);
  const startText = text("query.startTimeMin", "query.start_time_min");
  const endText = text("query.startTimeMax", "query.start_time_max");
  if (startText === undefined || endText === undefined)
    throw new SightglassError("invalid_argument", "query.startTimeMin and query.startTimeMax are required");
  const attributes = text("query.attributes");
  const depth = ["query.searchDepth", "query.search_depth", "query.num_traces"]
    .map((name) => parameters.integer(name, { least: 0, most: limits.jaegerTracesMax.value }))
    .find((value) => value !== undefined && value > 0);
  return {
    service: text("query.serviceName", "query.service_name"),
    operation: text("query.operationName", "query.operation_name"),
    tags: new Map(attributes === undefined ? [] : parseTagMap("query.attributes", attributes)),
    durations: durationFilters(
      durationOf(parameters, "query.durationMin", "query.duration_min"),
      durationOf(parameters, "query.durationMax", "query.duration_max"),
    ),
    startNs: parseRfc3339Ns("query.startTimeMin", startText),
    endNs: parseRfc3339Ns("query.startTimeMax", endText),
    limit: depth ?? 100,
  };
}

/** A time in RFC 3339 with up to nine fractional digits, all kept. @throws SightglassError invalid_argument */
export function parseRfc3339Ns(name: string, text: string): bigint {
  // The plus of an offset arrives as a blank when a client did not encode it.
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+ -]\d{2}:\d{2})$/i.exec(text);
  const seconds = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]?.replace(" ", "+")}`) / 1000;
  if (match === null || Number.isNaN(seconds))
    throw new SightglassError("invalid_argument", `malformed parameter ${name}: "${text.slice(0, 100)}"`, {
      hint: "write it as 2026-11-20T03:00:00.123456789Z",
    });
  return BigInt(seconds) * 1_000_000_000n + BigInt((match[2] ?? "").padEnd(9, "0"));
}
