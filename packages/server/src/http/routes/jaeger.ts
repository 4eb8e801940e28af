import { Hono } from "hono";
import type { Clock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import type { OpenTrace } from "../../query/trace-batches.ts";
import { parseTraceId } from "../../query/trace-id.ts";
import { jaegerTraceJson } from "../../query/trace-jaeger.ts";
import { nothingAt } from "../nothing-at.ts";
import { Parameters } from "../parameters.ts";
import { problemOf } from "../problem.ts";
import { streamBody } from "../stream-body.ts";
import { findJaegerTraces, kindOf, microsecondsAsNs, searchOfV1, spanKinds } from "./jaeger-search.ts";
import { jaegerV3Routes, type JaegerV3RoutesDeps } from "./jaeger-v3.ts";

export interface JaegerRoutesDeps extends JaegerV3RoutesDeps {
  clock: Clock;
}

/** Where a Jaeger UI or data source is pointed: `http://HOST:4319/jaeger`. */
const base = "/jaeger/api";

/**
 * Jaeger's query API, v1 (the JSON of Jaeger UI and of Grafana) and v3 (OTLP). Upstream removed v1 search in 2026; clients
 * still use it.
 */
export function jaegerRoutes(deps: JaegerRoutesDeps): Hono {
  const app = new Hono();
  app.route("/", jaegerV3Routes(deps));
  app.route("/", jaegerV1Routes(deps));
  return app;
}

/** Every answer of v1 has this envelope. */
function envelope(data: unknown, total = 0): object {
  return { data, total, limit: 0, offset: 0, errors: null };
}

function jaegerV1Routes({ traces, clock, onFault }: JaegerRoutesDeps): Hono {
  const app = new Hono();

  app.get(`${base}/services`, async (context) => {
    const names = await traces.serviceNames({ signal: context.req.raw.signal });
    return context.json(envelope(names, names.length));
  });

  app.get(`${base}/services/:service/operations`, async (context) => {
    const service = context.req.param("service");
    const operations = await traces.operations({ service }, { signal: context.req.raw.signal });
    const names = [...new Set(operations.map(({ name }) => name))];
    return context.json(envelope(names, names.length));
  });

  app.get(`${base}/operations`, async (context) => {
    const parameters = new Parameters(context.req.url);
    const service = parameters.text("service");
    if (service === undefined) throw new SightglassError("invalid_argument", "parameter 'service' is required");
    const kind = kindOf("spanKind", parameters.text("spanKind"));
    const wanted = { service, ...(kind === undefined ? {} : { kind }) };
    const operations = await traces.operations(wanted, { signal: context.req.raw.signal });
    const data = operations.map((operation) => ({ name: operation.name, spanKind: spanKinds[operation.kind] ?? "" }));
    return context.json(envelope(data, data.length));
  });

  app.get(`${base}/traces`, async (context) => {
    const parameters = new Parameters(context.req.url);
    const { signal } = context.req.raw;
    const ids = parameters.texts("traceID").map(parseTraceId);
    const unknown: string[] = [];
    const places =
      ids.length === 0 ? await findJaegerTraces(traces, searchOfV1(parameters, clock), signal) : await placesOf(ids);
    async function placesOf(wanted: readonly string[]) {
      const extents = await traces.extents(wanted, { signal });
      unknown.push(...wanted.filter((id) => !extents.has(id)));
      return [...extents.values()];
    }
    const errors = unknown.map((traceID) => ({ msg: "trace not found", traceID }));
    const pieces = tracesJson(traces.openAll(places, { signal }), errors);
    return context.body(streamBody(pieces), 200, { "content-type": "application/json" });
  });

  app.get(`${base}/traces/:traceId`, async (context) => {
    const traceId = parseTraceId(context.req.param("traceId"));
    const trace = await traces.open(traceId, { signal: context.req.raw.signal });
    if (trace === null) throw new SightglassError("not_found", "trace not found");
    return context.body(streamBody(tracesJson([trace], [])), 200, { "content-type": "application/json" });
  });

  app.get(`${base}/dependencies`, async (context) => {
    const parameters = new Parameters(context.req.url);
    const end = parameters.text("endTs");
    const endNs = end === undefined ? BigInt(clock.nowMs()) * 1_000_000n : microsecondsAsNs("endTs", end) * 1000n;
    const lookback = parameters.text("lookback");
    const lookbackNs = lookback === undefined ? dayNs : microsecondsAsNs("lookback", lookback) * 1000n;
    const range = { startNs: endNs - lookbackNs, endNs, signal: context.req.raw.signal };
    return context.json(envelope(await traces.dependencies(range)));
  });

  app.post(`${base}/archive/:traceId`, () => {
    throw new SightglassError("not_implemented", "there is no archive", {
      hint: "retention.spans in sightglass.yaml says how long traces are kept",
    });
  });

  // 501 tells Jaeger UI that its Monitor tab has nothing to show.
  app.get(`${base}/metrics/:name`, () => {
    throw new SightglassError("not_implemented", "metrics querying is currently disabled", {
      hint: "the same figures are series in PromQL: traces_span_metrics_calls_total and traces_span_metrics_duration_milliseconds",
    });
  });

  app.all("/jaeger/*", (context) => {
    throw nothingAt(context.req);
  });

  app.onError((thrown, context) => {
    const { status, body, headers } = problemOf(thrown);
    if (status >= 500) onFault?.({ method: context.req.method, path: context.req.path, error: thrown });
    const { message, hint } = body.error;
    const errors = [{ code: status, msg: hint === undefined ? message : `${message} (${hint})` }];
    return context.json({ data: null, total: 0, limit: 0, offset: 0, errors }, status, headers);
  });
  return app;
}

const dayNs = 86_400_000_000_000n;

async function* tracesJson(
  traces: AsyncIterable<OpenTrace> | Iterable<OpenTrace>,
  errors: readonly object[],
): AsyncGenerator<string> {
  yield '{"data":[';
  let separator = "";
  for await (const trace of traces) {
    yield separator;
    yield* jaegerTraceJson(trace);
    separator = ",";
  }
  const rest = { total: 0, limit: 0, offset: 0, errors: errors.length === 0 ? null : errors };
  yield `],${JSON.stringify(rest).slice(1)}`;
}
